#pragma once

#include <QString>

#include "ui/theme/theme.h"

namespace zipage::ui {

/// The window's style sheet with the colours of `theme` filled in, and lengths made larger by `zoom`.
QString styleSheetFor(const Theme& theme, double zoom = 1.0);

}  // namespace zipage::ui
