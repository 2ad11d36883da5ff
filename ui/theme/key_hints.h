// Which keys do the same as a click: tooltips name the ones that an action has at present.
#pragma once

#include <QString>

class QWidget;

namespace zipage::ui {

/// The keys of an action, as the user reads them; empty: it has none.
void setKeyHint(const QString& actionId, const QString& keys);

/// "Another version (Ctrl+R)"; the text alone while the action has no keys.
QString withKeyHint(const QString& text, const char* actionId);

/// Gives a widget that does the same as an action its tooltip.
void explain(QWidget& widget, const QString& text, const char* actionId);
/// Tooltips of `window` again, after keys have changed.
void explainAgain(QWidget& window);

}  // namespace zipage::ui
