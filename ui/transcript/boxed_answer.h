#pragma once

#include <QTextDocument>

#include "ui/transcript/text_look.h"

namespace zipage::ui {

/// Shows \boxed{42}, as models mark their answers, as a bold 42 on a tinted ground, without the dollar signs
/// around it. Code stays as it is.
void showBoxedAnswers(QTextDocument& document, const TextLook& look);

}  // namespace zipage::ui
