#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/theme/theme.h"

class QFrame;
class QToolButton;

namespace zipage::ui {

class MessageEdit;

/// Where a message is written and sent, and a reply stopped.
class Composer final : public QWidget {
  Q_OBJECT

 public:
  explicit Composer(QWidget* parent = nullptr);
  ~Composer() override;

  void setTheme(const Theme& theme);
  void setZoom(double zoom);
  QString text() const;
  void setText(const QString& text);  // reports no draft
  void setGenerating(bool generating);
  bool isGenerating() const { return m_isGenerating; }
  void takeFocus();
  /// Asks to stop if there is something to stop.
  void requestStop();
  /// Reports a draft that was not reported yet.
  void flushDraft();

 signals:
  void sendRequested(const QString& text);
  void stopRequested();
  void draftChanged(const QString& text);

 private:
  void pressButton();
  void send();
  void showButton();
  void setActive(bool isActive);

  QFrame* m_frame;
  MessageEdit* m_edit;
  QToolButton* m_button;
  QTimer m_draftTimer;
  Theme m_theme;
  bool m_isGenerating = false;
};

}  // namespace zipage::ui
