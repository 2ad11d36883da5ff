// Where what is shown of a text stands in the text as it was written, found by walking both in step:
// Markdown, formulas and their marks need not be known.
#pragma once

#include <QString>
#include <vector>

namespace zipage::ui {

/// [shown.size()] the place in `source` of each character that is shown, ascending; −1: nowhere. A formula,
/// one object character, stands where its source begins. Both in UTF-16 units.
std::vector<int> sourcePlaces(const QString& shown, const QString& source);

}  // namespace zipage::ui
