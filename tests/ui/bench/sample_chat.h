// A long chat of prose, lists, tables, code and formulas, no two formulas alike; the same every time.
#pragma once

#include "ui/chat_values.h"

namespace zipage::samples {

/// Questions and replies of about `numTokens` tokens together, at four characters a token.
QVector<ui::MessageItem> longChat(int numTokens);
/// One reply of about this length.
QString longReply(int number, int numTokens);

}  // namespace zipage::samples
