#pragma once

#include <QFrame>

#include "ui/theme/theme.h"

class QLabel;
class QLineEdit;
class QToolButton;

namespace zipage::ui {

/// Words to find in the chat. Enter goes on, Shift+Enter back, Escape ends it.
class FindBar final : public QFrame {
  Q_OBJECT

 public:
  explicit FindBar(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void open();
  void showFound(bool isFound);

 Q_SIGNALS:
  void wordsEdited(const QString& words);
  void findRequested(const QString& words, bool backward);
  void closed();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QToolButton* button(const QString& name, bool backward);
  void close();

  QLineEdit* m_words;
  QLabel* m_answer;
  QToolButton* m_previous;
  QToolButton* m_next;
  QToolButton* m_close;
};

}  // namespace zipage::ui
