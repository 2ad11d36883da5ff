#pragma once

#include <QDialog>

namespace zipage::ui {

struct WindowActions;

/// The keys of the window, as a list.
class KeyList final : public QDialog {
  Q_OBJECT

 public:
  KeyList(const WindowActions& actions, QWidget* parent);
};

}  // namespace zipage::ui
