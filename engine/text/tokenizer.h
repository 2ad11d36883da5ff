// Text to token ids and back. Const and safe to share between threads.
//
// Text that a person typed never becomes a control token: only encodeWithControlTokens() recognises those,
// and it is given the template's own text and nothing else (prompt_encoder.h keeps the two apart).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace zipage {

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  virtual int vocabularySize() const = 0;
  virtual std::vector<TokenId> encode(std::string_view text) const = 0;
  /// As encode(), but the exact text of control and user-defined tokens becomes their id.
  virtual std::vector<TokenId> encodeWithControlTokens(std::string_view text) const = 0;
  /// The same for text that goes on where other text ended: without the space that some vocabularies put
  /// before a text.
  virtual std::vector<TokenId> encodeContinuation(std::string_view text, bool withControlTokens) const {
    return withControlTokens ? encodeWithControlTokens(text) : encode(text);
  }
  /// The bytes this token stands for; empty for control tokens unless `showControlTokens`. Reasoning marks
  /// are visible.
  virtual std::string pieceBytes(TokenId token, bool showControlTokens = false) const = 0;
  /// The bytes of all tokens, one after the other: a space that encode() put before the text comes back with
  /// it.
  std::string decode(const std::vector<TokenId>& tokens, bool showControlTokens = false) const;

  /// Whether encode() puts a space before the text.
  virtual bool addsSpacePrefix() const { return false; }

  virtual bool isControl(TokenId token) const = 0;
  virtual TokenId beginOfText() const = 0;  // -1: none
  virtual bool addsBeginOfText() const = 0;
  /// Tokens that end a reply (<|im_end|>, <|endoftext|>, …).
  virtual const std::vector<TokenId>& endTokens() const = 0;
  /// The id whose text is exactly `text`, or -1.
  virtual TokenId tokenOf(std::string_view text) const = 0;
};

}  // namespace zipage
