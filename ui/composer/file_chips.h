#pragma once

#include <QVector>
#include <QWidget>

#include "ui/chat_values.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

/// The files that go with the message, a chip each, in as many rows as it takes.
class FileChips final : public QWidget {
  Q_OBJECT

 public:
  explicit FileChips(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setFiles(const QVector<AttachmentItem>& files);
  const QVector<AttachmentItem>& files() const { return m_files; }

 Q_SIGNALS:
  void removeRequested(int index);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  QWidget* makeChip(int index);
  void arrange();

  QVector<AttachmentItem> m_files;
  QVector<QWidget*> m_chips;
  Theme m_theme;
};

}  // namespace zipage::ui
