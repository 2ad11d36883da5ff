#pragma once

#include <QSet>
#include <QString>
#include <optional>

#include "ui/chat_values.h"

namespace zipage::ui {

/// Notices when a reply ends, in whatever chat.
class ReplyWatch {
 public:
  /// One sentence when `message` has just ended: "Reply finished in “Apples”: 42."
  std::optional<QString> note(const QString& chatTitle, const MessageItem& message);

 private:
  QSet<qint64> m_running;
};

}  // namespace zipage::ui
