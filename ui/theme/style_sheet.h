#pragma once

#include <QString>

#include "ui/theme/theme.h"

namespace zipage::ui {

/// The window's style sheet with the colours of `theme` filled in.
QString styleSheetFor(const Theme& theme);

}  // namespace zipage::ui
