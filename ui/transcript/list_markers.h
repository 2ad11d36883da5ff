// The marks before the entries of lists, painted by the transcript itself: on the line of the text, which a
// tall formula moves, and counting from where the list was told to.
#pragma once

#include <QTextBlock>
#include <QTextDocument>

#include "ui/transcript/text_look.h"

class QPainter;

namespace zipage::ui {

/// Keeps the layout from painting marks. The list at the start of the document counts from `firstNumber`.
void takeOverListMarkers(QTextDocument& document, int firstNumber);

void paintListMarkers(QPainter& painter, const QTextDocument& document, const TextLook& look,
                      const QRectF& exposed);

/// "- ", "3. " or "- [x] " as in Markdown; empty for what is not the beginning of a list's entry.
QString listMarkOf(const QTextBlock& block);

}  // namespace zipage::ui
