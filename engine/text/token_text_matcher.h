// Finds the texts of certain tokens in a text: the leftmost one, and of several there the longest. A token
// may take the white space beside it along.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/ids.h"

namespace zipage {

struct TokenText {
  std::string text;
  TokenId token = -1;
  bool trimsBefore = false;
  bool trimsAfter = false;
};

class TokenTextMatcher {
 public:
  struct Match {
    std::size_t offset = 0;  // in bytes; with the white space that goes along
    std::size_t bytes = 0;
    TokenId token = -1;
  };

  /// Empty texts never match; of equal texts the first counts.
  explicit TokenTextMatcher(const std::vector<TokenText>& texts);

  std::optional<Match> find(std::string_view text) const;

 private:
  std::optional<Match> matchAt(std::string_view text, std::size_t offset) const;

  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, TokenText, TextHash, std::equal_to<>> m_tokens;
  std::array<std::vector<std::size_t>, 256> m_lengths;  // by first byte: the lengths there are, longest first
};

}  // namespace zipage
