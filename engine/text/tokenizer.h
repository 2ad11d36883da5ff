// Text to token ids and back. Const and safe to share between threads.
//
// Text that a person typed never becomes a control token: only encodeTemplate() recognises those, and it is given the
// rendered template, in which user text has been marked by the caller as plain.
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
  /// The bytes this token stands for; empty for control tokens unless `showControlTokens`.
  virtual std::string pieceBytes(TokenId token, bool showControlTokens = false) const = 0;
  std::string decode(const std::vector<TokenId>& tokens, bool showControlTokens = false) const;

  virtual bool isControl(TokenId token) const = 0;
  virtual TokenId beginOfText() const = 0;  // -1: none
  virtual bool addsBeginOfText() const = 0;
  /// Tokens that end a reply (<|im_end|>, <|endoftext|>, …).
  virtual const std::vector<TokenId>& endTokens() const = 0;
  /// The id whose text is exactly `text`, or -1.
  virtual TokenId tokenOf(std::string_view text) const = 0;
};

}  // namespace zipage
