#pragma once

#include <QFrame>
#include <QTimer>

#include "ui/theme/theme.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace zipage::ui {

/// One line of news over the transcript, with a way to close it and perhaps one thing to do.
class MessageBar final : public QFrame {
  Q_OBJECT

 public:
  enum class Kind { Notice, Problem };

  explicit MessageBar(Kind kind, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void showMessage(const QString& text, const QString& actionText = {}, const QString& actionId = {});
  QString text() const;

 Q_SIGNALS:
  void actionRequested(const QString& actionId);

 private:
  Kind m_kind;
  QLabel* m_icon;
  QLabel* m_text;
  QPushButton* m_action;
  QToolButton* m_close;
  QString m_actionId;
  QTimer m_hide;
};

}  // namespace zipage::ui
