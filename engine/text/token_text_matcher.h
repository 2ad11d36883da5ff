// Finds the texts of certain tokens in a text: the leftmost one, and of several there the longest.
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

class TokenTextMatcher {
 public:
  struct Match {
    std::size_t offset = 0;  // in bytes
    std::size_t bytes = 0;
    TokenId token = -1;
  };

  /// Texts and their tokens. Empty texts never match; of equal texts the first counts.
  explicit TokenTextMatcher(const std::vector<std::pair<std::string, TokenId>>& texts);

  std::optional<Match> find(std::string_view text) const;

 private:
  std::optional<Match> matchAt(std::string_view text, std::size_t offset) const;

  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, TokenId, TextHash, std::equal_to<>> m_tokens;
  std::array<std::vector<std::size_t>, 256> m_lengths;  // by first byte: the lengths there are, longest first
};

}  // namespace zipage
