// Turns tokens into text as they come. Never emits half a UTF-8 character; bytes that can never become one
// are replaced by U+FFFD. Control tokens give no text.
#pragma once

#include <string>

#include "engine/text/tokenizer.h"

namespace zipage {

class StreamDecoder {
 public:
  /// `tokenizer` outlives the decoder.
  explicit StreamDecoder(const Tokenizer& tokenizer) : m_tokenizer(tokenizer) {}

  /// The text that became complete with this token; often empty, always valid UTF-8.
  std::string push(TokenId token);
  /// What is left at the end: an unfinished character becomes U+FFFD.
  std::string finish();

 private:
  const Tokenizer& m_tokenizer;
  std::string m_pending;
};

}  // namespace zipage
