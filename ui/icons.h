// The one icon family of the window, in the colour of the text beside it.
#pragma once

#include <QColor>
#include <QIcon>

namespace zipage::ui {

/// An icon of the resource :/zipage/icons/ by its file name without the ending, drawn in `color`; sharp at
/// any scale.
QIcon icon(const char* name, const QColor& color);
/// In the text colour of the current theme, muted where it is disabled.
QIcon icon(const char* name);

}  // namespace zipage::ui
