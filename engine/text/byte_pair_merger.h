// Merges the bytes of a stretch of text into tokens, by the ranks that a vocabulary gives to pairs of tokens.
// Const and safe to share between threads.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/ids.h"

namespace zipage {

class BytePairMerger {
 public:
  /// `byteTokens`: the token of each single byte; -1: there is none, and such bytes are left out.
  explicit BytePairMerger(const std::array<TokenId, 256>& byteTokens) : m_byteTokens(byteTokens) {}

  /// The next merge, of lower priority than all before. A pair that has a rank keeps it.
  void addMerge(TokenId left, TokenId right, TokenId merged);

  /// Appends the tokens of `bytes`: the pair of lowest rank is merged first, of equal ones the leftmost,
  /// until no pair has a rank. O(n log n).
  void append(std::string_view bytes, std::vector<TokenId>& tokens) const;

 private:
  struct Merge {
    std::int32_t rank;
    TokenId token;
  };
  const Merge* mergeOf(TokenId left, TokenId right) const;

  std::array<TokenId, 256> m_byteTokens;
  std::unordered_map<std::uint64_t, Merge> m_merges;  // by the two tokens
};

}  // namespace zipage
