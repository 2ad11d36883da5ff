#include "app/common/boxed_answer.h"

#include <algorithm>
#include <cstddef>

namespace zipage {

namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// The bytes before the brace that closes the one that was opened just before `text`.
std::optional<std::size_t> closingBrace(std::string_view text) {
  int depth = 1;
  for (std::size_t place = 0; place < text.size(); ++place) {
    if (text[place] == '{') ++depth;
    if (text[place] == '}' && --depth == 0) return place;
  }
  return std::nullopt;
}

std::string withoutSpace(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
  return text;
}

}  // namespace

std::optional<std::string> lastBoxed(std::string_view text) {
  constexpr std::string_view kOpen = "\\boxed{";
  for (std::size_t place = text.rfind(kOpen); place != std::string_view::npos;
       place = place == 0 ? std::string_view::npos : text.rfind(kOpen, place - 1)) {
    const std::string_view inside = text.substr(place + kOpen.size());
    if (const auto end = closingBrace(inside)) return std::string(trimmed(inside.substr(0, *end)));
  }
  return std::nullopt;
}

std::optional<BoxedVote> countVotes(const std::vector<std::string>& boxedAnswers) {
  std::optional<BoxedVote> best;
  for (const std::string& answer : boxedAnswers) {
    const auto agrees = [&](const std::string& other) { return withoutSpace(other) == withoutSpace(answer); };
    const auto numVotes = static_cast<int>(std::count_if(boxedAnswers.begin(), boxedAnswers.end(), agrees));
    if (!best || numVotes > best->numVotes) best = BoxedVote{answer, numVotes};
  }
  return best;
}

}  // namespace zipage
