// A rendered prompt to token ids, such that what people wrote can never become a control token.
#pragma once

#include <string>
#include <vector>

#include "engine/text/tokenizer.h"

namespace zipage {

/// A stretch of a rendered prompt.
struct PromptSegment {
  std::string text;
  bool isTemplate =
      false;  // written by the chat template, not by a person or a model: control tokens count in it
};

/// The ids of the prompt. Each segment is encoded by itself, so no token spans two of them; the space that
/// some vocabularies put before a text comes before the first segment only. A begin-of-text token that the
/// vocabulary asks for is put in front unless the template has written it.
std::vector<TokenId> encodePrompt(const Tokenizer& tokenizer, const std::vector<PromptSegment>& segments);

}  // namespace zipage
