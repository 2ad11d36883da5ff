// How the window's standard widgets look in a theme. Widgets name their part by the property "part".
#pragma once

#include <QPalette>
#include <QString>

#include "ui/theme.h"

class QWidget;

namespace zipage::ui {

QString styleSheet(const Theme& theme);
QPalette widgetPalette(const Theme& theme);

/// Names the part that a widget plays: "panel", "raised", "muted", "title", "section", "figure", "flat",
/// "primary"…
void setPart(QWidget* widget, const char* part);

}  // namespace zipage::ui
