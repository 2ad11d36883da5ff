#pragma once

class QFont;
class QWidget;

namespace zipage::ui {

/// Makes text, icons and fixed measures of a window and everything in it larger or smaller; 1: as they were
/// made. May be called again when more widgets are there.
void applyZoom(QWidget& window, double zoom);

/// A length of a painter that knows its zoom by its font only.
int zoomed(int length, const QFont& font);

/// A widget that measures itself by its text.
void leaveToItself(QWidget& widget);

}  // namespace zipage::ui
