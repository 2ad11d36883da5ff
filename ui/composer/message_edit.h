#pragma once

#include <QPlainTextEdit>

namespace zipage::ui {

/// A text field that grows from one line to eight. Enter asks to send, Shift+Enter starts a line.
class MessageEdit final : public QPlainTextEdit {
  Q_OBJECT

 public:
  explicit MessageEdit(QWidget* parent = nullptr);

  int numLines() const;  // as wrapped

 Q_SIGNALS:
  void sendPressed();
  void upInEmptyPressed();
  void focusChanged(bool hasFocus);

 protected:
  bool event(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  void changeEvent(QEvent* event) override;
  bool canInsertFromMimeData(const QMimeData* source) const override;
  void insertFromMimeData(const QMimeData* source) override;

 private:
  void fitHeight();
};

}  // namespace zipage::ui
