#pragma once

#include <QTextDocument>

#include "ui/transcript/text_look.h"

namespace zipage::ui {

/// Gives a document that was read from Markdown the transcript's fonts, spacing and colours.
void styleMarkdown(QTextDocument& document, const TextLook& look);
/// Images become links with their description, so that nothing is fetched.
void replaceImages(QTextDocument& document);

}  // namespace zipage::ui
