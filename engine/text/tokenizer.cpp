#include "engine/text/tokenizer.h"

namespace zipage {

std::string Tokenizer::decode(const std::vector<TokenId>& tokens, bool showControlTokens) const {
  std::string text;
  for (const TokenId token : tokens) text += pieceBytes(token, showControlTokens);
  return text;
}

}  // namespace zipage
