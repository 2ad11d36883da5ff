#pragma once

#include <QDialog>

class QScrollArea;

namespace zipage::ui {

struct WindowActions;

/// The keys of the window, as a list.
class KeyList final : public QDialog {
  Q_OBJECT

 public:
  KeyList(const WindowActions& actions, QWidget* parent);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QScrollArea* m_scroll;
};

}  // namespace zipage::ui
