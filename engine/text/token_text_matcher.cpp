#include "engine/text/token_text_matcher.h"

#include <algorithm>

namespace zipage {

TokenTextMatcher::TokenTextMatcher(const std::vector<std::pair<std::string, TokenId>>& texts) {
  for (const auto& [text, token] : texts) {
    if (text.empty() || !m_tokens.emplace(text, token).second) continue;
    auto& lengths = m_lengths[static_cast<unsigned char>(text.front())];
    const auto place = std::ranges::lower_bound(lengths, text.size(), std::greater{});
    if (place == lengths.end() || *place != text.size()) lengths.insert(place, text.size());
  }
}

std::optional<TokenTextMatcher::Match> TokenTextMatcher::find(std::string_view text) const {
  for (std::size_t offset = 0; offset < text.size(); ++offset) {
    if (auto match = matchAt(text, offset)) return match;
  }
  return std::nullopt;
}

std::optional<TokenTextMatcher::Match> TokenTextMatcher::matchAt(std::string_view text,
                                                                 std::size_t offset) const {
  for (const std::size_t length : m_lengths[static_cast<unsigned char>(text[offset])]) {
    if (length > text.size() - offset) continue;
    const auto found = m_tokens.find(text.substr(offset, length));
    if (found != m_tokens.end()) return Match{offset, length, found->second};
  }
  return std::nullopt;
}

}  // namespace zipage
