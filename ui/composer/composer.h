#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/theme/theme.h"

class QFrame;
class QToolButton;

namespace zipage::ui {

class MessageEdit;

/// Where the next question is written. Its button sends, or stops the reply that is being generated.
class Composer final : public QWidget {
  Q_OBJECT

 public:
  explicit Composer(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setText(const QString& text);  // emits nothing
  QString text() const;
  /// A chat has one reply at a time: nothing is sent while one is generated.
  void setGenerating(bool isGenerating);
  void setTextFont(const QFont& font);
  void focusText();
  /// Emits a draft that waits to be told, before another chat is shown.
  void commitDraft();

 signals:
  void sendRequested(const QString& text);
  void stopRequested();
  void draftChanged(const QString& text);

 private:
  void onTextChanged();
  void send();
  void press();
  void showButton();
  void showFocus(bool hasFocus);

  MessageEdit* m_edit;
  QFrame* m_frame;
  QToolButton* m_button;
  QTimer m_draftTimer;
  Theme m_theme;
  bool m_isGenerating = false;
};

}  // namespace zipage::ui
