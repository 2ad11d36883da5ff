#pragma once

#include <QObject>

namespace zipage::ui {

/// Keeps the wheel from changing a field that only happens to lie under the pointer while its panel is
/// scrolled.
class WheelGuard final : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

 private:
  bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace zipage::ui
