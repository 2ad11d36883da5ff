// What every fuzzer does with a tokenizer that could be built.
#pragma once

#include "engine/text/stream_decoder.h"
#include "engine/text/tokenizer.h"

namespace zipage::test {

inline void useTokenizer(const Tokenizer& tokenizer) {
  StreamDecoder decoder(tokenizer);
  for (const TokenId token :
       tokenizer.encodeWithControlTokens("<|im_start|>he\nllo w\u00E4rld <think>\xFF")) {
    decoder.push(token);
  }
  decoder.finish();
  for (const TokenId token : tokenizer.encode("<|im_end|> hello")) {
    if (tokenizer.isControl(token)) __builtin_trap();
  }
}

}  // namespace zipage::test
