// Finds the formulas of a text: $…$, $$…$$, \(…\), \[…\], \begin{align}…\end{align} and its like, and a bare
// \boxed{…}. Dollar signs as Pandoc has them: no space after the first, none before the last, no digit after
// it; so prices stay text. Formulas hold no blank line. Code spans, link targets and escaped dollars are left
// alone.
#pragma once

#include <QString>
#include <QVector>

#include "ui/rich/rich_values.h"

namespace zipage::ui {

struct FormulaSpan {
  qsizetype from = 0;    // with the delimiters
  qsizetype length = 0;  // with the delimiters
  FormulaKey key;
  bool isClosed = true;  // false: a displayed formula that goes on to the end of the text, as while it grows
};

/// In order, not overlapping.
QVector<FormulaSpan> formulasIn(const QString& text);

}  // namespace zipage::ui
