#include "app/templates/control_text.h"

namespace zipage {

namespace {

constexpr std::size_t kLongestToken = 96;  // bytes; the longest known one has 40
constexpr std::string_view kZeroWidthSpace = "\xE2\x80\x8B";

/// The bytes of what looks like a control token at the start of `text`; 0: nothing does.
std::size_t lookalikeBytes(std::string_view text) {
  const char close = text.front() == '<' ? '>' : text.front() == '[' ? ']' : '\0';
  if (close == '\0') return 0;
  const std::size_t end = text.substr(0, kLongestToken).find_first_of(std::string_view{" \t\r\n<[>]"}, 1);
  return end != std::string_view::npos && text[end] == close ? end + 1 : 0;
}

}  // namespace

std::string breakControlText(const std::string& text,
                             const std::function<bool(std::string_view)>& isTokenText) {
  std::string broken;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t bytes = lookalikeBytes(rest);
    broken += rest.front();
    if (bytes > 0 && (!isTokenText || isTokenText(rest.substr(0, bytes)))) broken += kZeroWidthSpace;
    rest.remove_prefix(1);
  }
  return broken;
}

}  // namespace zipage
