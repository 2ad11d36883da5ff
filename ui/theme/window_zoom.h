#pragma once

class QWidget;

namespace zipage::ui {

/// Makes text, icons and fixed measures of a window and everything in it larger or smaller; 1: as they were
/// made. May be called again when more widgets are there.
void applyZoom(QWidget& window, double zoom);

/// A widget that measures itself by its text.
void leaveToItself(QWidget& widget);

}  // namespace zipage::ui
