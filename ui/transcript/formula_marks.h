// Formulas on their way through the Markdown reader: a mark stands for each, so that nothing in it is taken
// for markup; afterwards it becomes a picture, or its source while there is none.
#pragma once

#include <QTextDocument>

#include "ui/rich/rich_texts.h"
#include "ui/transcript/formula_spans.h"
#include "ui/transcript/text_look.h"

namespace zipage::ui {

struct MarkedText {
  QString text;
  QVector<FormulaSpan> formulas;
  QStringList sources;  // with their delimiters
};

MarkedText markFormulas(const QString& text);

/// Puts the formulas where their marks are. `texts` may be null: then all are shown as source. Returns those
/// that are not there yet.
QVector<FormulaKey> placeFormulas(QTextDocument& document, const MarkedText& marked, const TextLook& look,
                                  double width, RichTexts* texts);

}  // namespace zipage::ui
