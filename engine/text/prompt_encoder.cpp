#include "engine/text/prompt_encoder.h"

namespace zipage {

namespace {

std::vector<TokenId> encodeFirst(const Tokenizer& tokenizer, const PromptSegment& segment) {
  return segment.isTemplate ? tokenizer.encodeWithControlTokens(segment.text)
                            : tokenizer.encode(segment.text);
}

}  // namespace

std::vector<TokenId> encodePrompt(const Tokenizer& tokenizer, const std::vector<PromptSegment>& segments) {
  std::vector<TokenId> tokens;
  bool isFirst = true;
  for (const PromptSegment& segment : segments) {
    if (segment.text.empty()) continue;
    const auto part = isFirst ? encodeFirst(tokenizer, segment)
                              : tokenizer.encodeContinuation(segment.text, segment.isTemplate);
    tokens.insert(tokens.end(), part.begin(), part.end());
    isFirst = false;
  }
  const TokenId begin = tokenizer.beginOfText();
  if (tokenizer.addsBeginOfText() && (tokens.empty() || tokens.front() != begin))
    tokens.insert(tokens.begin(), begin);
  return tokens;
}

}  // namespace zipage
