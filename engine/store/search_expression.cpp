#include "engine/store/search_expression.h"

#include "engine/store/storable_text.h"

namespace zipage {

namespace {

constexpr std::string_view kSpaces = " \t\r\n\f\v";

/// FTS5 strings stand in double quotes, a quote inside is doubled; the asterisk after it asks for beginnings.
std::string quoted(std::string_view word) {
  std::string result = "\"";
  for (const char character : word) result.append(character == '"' ? 2 : 1, character);
  return result + "\"*";
}

}  // namespace

std::string searchExpression(std::string_view typed) {
  const std::string text = storableText(typed);
  std::string expression;
  std::size_t start = text.find_first_not_of(kSpaces);
  while (start != std::string::npos) {
    const std::size_t end = text.find_first_of(kSpaces, start);
    if (!expression.empty()) expression += ' ';
    expression += quoted(std::string_view(text).substr(start, end == std::string::npos ? end : end - start));
    start = text.find_first_not_of(kSpaces, end);
  }
  return expression;
}

}  // namespace zipage
