#pragma once

#include <QColor>
#include <QIcon>
#include <QString>

namespace zipage::ui {

constexpr int kSmallIcon = 16;
constexpr int kLargeIcon = 20;

/// One of resources/icons/icons.txt, drawn sharply in `color` at any size and pixel ratio.
QIcon lineIcon(const QString& name, const QColor& color, const QColor& disabledColor = {});
/// The same, with its shape filled.
QIcon solidIcon(const QString& name, const QColor& color, const QColor& disabledColor = {});
/// The program's own, in its own colours.
QIcon programIcon();

}  // namespace zipage::ui
