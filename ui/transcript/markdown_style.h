#pragma once

#include <QTextDocument>

#include "ui/transcript/text_look.h"

namespace zipage::ui {

/// Gives a document that was read from Markdown the transcript's fonts, spacing and colours.
void styleMarkdown(QTextDocument& document, const TextLook& look);
/// Images become links with their description, so that nothing is fetched.
void replaceImages(QTextDocument& document);
/// Numbers of a list that does not start at one, which the document cannot count itself.
void numberListFrom(QTextDocument& document, int firstNumber);

}  // namespace zipage::ui
