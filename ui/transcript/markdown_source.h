#pragma once

#include <QTextDocument>

namespace zipage::ui {

/// What of a rendered document lies between two positions, as Markdown: marks of blocks whose beginning is
/// part of it, formulas in TeX with their delimiters.
QString markdownBetween(const QTextDocument& document, int from, int to);

/// The same as it is shown, without marks; formulas in TeX.
QString wordsBetween(const QTextDocument& document, int from, int to);

}  // namespace zipage::ui
