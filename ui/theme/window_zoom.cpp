#include "ui/theme/window_zoom.h"

#include <QAbstractButton>
#include <QFontDatabase>
#include <QFontInfo>
#include <QVariant>
#include <algorithm>
#include <cmath>

namespace zipage::ui {

namespace {

constexpr const char* kOwnMeasures = "ownMeasures";
constexpr const char* kMeasuresItself = "measuresItself";

/// What a widget measures at zoom 1.
struct Measures {
  QSize minimum;
  QSize maximum;
  QSize icon;
};

int scaled(int length, double zoom) { return static_cast<int>(std::lround(length * zoom)); }

QSize scaled(const QSize& size, double zoom, int unlimited) {
  const auto side = [&](int length) { return length >= unlimited ? length : scaled(length, zoom); };
  return {side(size.width()), side(size.height())};
}

Measures measuresOf(QWidget& widget) {
  const QVariant known = widget.property(kOwnMeasures);
  if (known.isValid()) {
    const QVariantList list = known.toList();
    return {list[0].toSize(), list[1].toSize(), list[2].toSize()};
  }
  const auto* button = qobject_cast<QAbstractButton*>(&widget);
  const Measures own{widget.minimumSize(), widget.maximumSize(), button ? button->iconSize() : QSize()};
  widget.setProperty(kOwnMeasures, QVariantList{own.minimum, own.maximum, own.icon});
  return own;
}

void scaleWidget(QWidget& widget, double zoom) {
  if (widget.isWindow() || widget.property(kMeasuresItself).toBool()) return;
  const Measures own = measuresOf(widget);
  widget.setMinimumSize(scaled(own.minimum, zoom, QWIDGETSIZE_MAX));
  widget.setMaximumSize(scaled(own.maximum, zoom, QWIDGETSIZE_MAX));
  if (auto* button = qobject_cast<QAbstractButton*>(&widget))
    button->setIconSize(scaled(own.icon, zoom, QWIDGETSIZE_MAX));
}

}  // namespace

void applyZoom(QWidget& window, double zoom) {
  QFont font = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
  font.setPixelSize(std::max(6, scaled(QFontInfo(font).pixelSize(), zoom)));
  window.setFont(font);
  for (QWidget* widget : window.findChildren<QWidget*>()) scaleWidget(*widget, zoom);
}

int zoomed(int length, const QFont& font) {
  static const int plain = QFontInfo(QFontDatabase::systemFont(QFontDatabase::GeneralFont)).pixelSize();
  return scaled(length, static_cast<double>(QFontInfo(font).pixelSize()) / std::max(1, plain));
}

void leaveToItself(QWidget& widget) { widget.setProperty(kMeasuresItself, true); }

}  // namespace zipage::ui
