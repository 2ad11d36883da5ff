#include "engine/text/token_text_matcher.h"

#include <algorithm>

namespace zipage {

namespace {

constexpr std::string_view kWhiteSpace = " \t\n\v\f\r";

}  // namespace

TokenTextMatcher::TokenTextMatcher(const std::vector<TokenText>& texts) {
  for (const TokenText& each : texts) {
    const std::string& text = each.text;
    if (text.empty() || !m_tokens.emplace(text, each).second) continue;
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
    if (found == m_tokens.end()) continue;
    std::size_t begin = offset;
    std::size_t end = offset + length;
    if (found->second.trimsBefore) begin = text.substr(0, begin).find_last_not_of(kWhiteSpace) + 1;
    if (found->second.trimsAfter) end = std::min(text.find_first_not_of(kWhiteSpace, end), text.size());
    return Match{begin, end - begin, found->second.token};
  }
  return std::nullopt;
}

}  // namespace zipage
