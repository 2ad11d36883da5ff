// Where the messages of a chat lie in the text that the model read and wrote.
#pragma once

#include <QVector>
#include <vector>

#include "engine/trace/token_texts.h"
#include "ui/chat_values.h"

namespace zipage::ui {

/// A message's text, or its reasoning, among the tokens of a sequence.
struct MessagePlace {
  qint64 messageId = 0;
  bool isReasoning = false;
  int firstToken = 0;
  int endToken = 0;
  /// [endToken − firstToken + 1] where each token begins in the text as it was written, in UTF-16 units, and
  /// where the last one ends.
  std::vector<int> offsets;

  /// Tokens that this stretch of the text is made of: first, and the one after the last.
  std::pair<int, int> tokensOf(int from, int to) const;
};

/// In the order of the tokens. A message that the prompt does not hold has no place. `promptTokens`: what
/// comes after them is the last message's own.
std::vector<MessagePlace> findMessages(const TokenTexts& texts, int promptTokens,
                                       const QVector<MessageItem>& messages);

}  // namespace zipage::ui
