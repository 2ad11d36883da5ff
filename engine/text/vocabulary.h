// The tokens of a vocabulary as a GGUF file lists them: texts, kinds, scores, and the ids with a meaning.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/model/gguf_file.h"
#include "engine/text/token_text_matcher.h"

namespace zipage {

/// Numbered as in the file, except Mark.
enum class TokenKind : std::uint8_t {
  Normal = 1,
  Unknown = 2,
  Control = 3,      // only templates write it; has no text
  UserDefined = 4,  // text that is always one token
  Unused = 5,
  Byte = 6,
  Mark = 7,  // only templates and models write it, but people see it: <think>
};

struct Vocabulary {
  std::vector<std::string> texts;  // by id, as stored: a space is U+2581
  std::vector<TokenKind> kinds;    // by id
  std::vector<float> scores;       // by id; empty: the file has none
  std::vector<std::pair<std::string, std::string>>
      merges;                // of byte pairs, most important first; others: none
  TokenId beginOfText = -1;  // -1: none
  bool addsBeginOfText = false;
  bool addsSpacePrefix = true;
  std::vector<TokenId> endTokens;   // ascending
  std::vector<TokenId> trimBefore;  // tokens that a template's white space before them goes into
  std::vector<TokenId> trimAfter;   // the same behind them

  int numTokens() const { return static_cast<int>(texts.size()); }
  /// The tokens of these kinds, to be found in texts.
  std::vector<TokenText> textsOfKinds(std::initializer_list<TokenKind> wanted) const;
};

/// What every vocabulary goes through once it is read. Tokens that begin a text or end a reply, and what is
/// written <|like this|>, become control tokens whatever the file calls them, so that text cannot contain
/// them; of several unknown tokens the first remains one. The known ends of replies are added to the ends.
void settleVocabulary(Vocabulary& vocabulary);

/// Reads and checks `tokenizer.ggml.*`, and settles it.
/// `addsBeginOfText` counts where the file does not say.
Result<Vocabulary> readVocabulary(const GgufFile& file, bool addsBeginOfText);

/// The byte a token named "<0xAB>" stands for; -1: the name is another.
int byteOfTokenText(std::string_view text);

}  // namespace zipage
