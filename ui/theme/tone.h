#pragma once

class QString;
class QWidget;

namespace zipage::ui {

/// Gives a widget another look of the style sheet: "muted", "heading", "warning" or "danger".
void setTone(QWidget& widget, const QString& tone);

}  // namespace zipage::ui
