#include "ui/generation/wheel_guard.h"

#include <QEvent>
#include <QWidget>

namespace zipage::ui {

bool WheelGuard::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() != QEvent::Wheel || static_cast<QWidget*>(watched)->hasFocus()) return false;
  event->ignore();
  return true;
}

}  // namespace zipage::ui
