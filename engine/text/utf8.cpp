// The table of well-formed byte sequences is that of the Unicode Standard (Table 3-7); what is replaced is a
// "maximal subpart" of section 3.9.
#include "engine/text/utf8.h"

#include <string_view>

namespace zipage {

namespace {

constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

/// What the first byte of a character asks of the rest. numBytes 0: no character starts so.
struct Lead {
  std::size_t numBytes = 0;
  unsigned char leastSecond = 0x80;
  unsigned char mostSecond = 0xBF;
};

Lead leadOf(unsigned char byte) {
  if (byte < 0x80) return {.numBytes = 1};
  if (byte < 0xC2 || byte > 0xF4) return {};
  if (byte < 0xE0) return {.numBytes = 2};
  switch (byte) {
    case 0xE0:
      return {.numBytes = 3, .leastSecond = 0xA0};
    case 0xED:
      return {.numBytes = 3, .mostSecond = 0x9F};
    case 0xF0:
      return {.numBytes = 4, .leastSecond = 0x90};
    case 0xF4:
      return {.numBytes = 4, .mostSecond = 0x8F};
    default:
      return {.numBytes = byte < 0xF0 ? 3U : 4U};
  }
}

/// How many of the bytes at the front belong together, and whether they are a character, none, or the start
/// of one.
struct Front {
  std::size_t numBytes = 0;
  bool isCharacter = false;
  bool mayContinue = false;
};

Front frontOf(std::string_view bytes) {
  const Lead lead = leadOf(static_cast<unsigned char>(bytes[0]));
  if (lead.numBytes == 0) return {.numBytes = 1};
  std::size_t count = 1;
  for (; count < lead.numBytes && count < bytes.size(); ++count) {
    const auto byte = static_cast<unsigned char>(bytes[count]);
    const bool fits =
        count == 1 ? byte >= lead.leastSecond && byte <= lead.mostSecond : (byte & 0xC0) == 0x80;
    if (!fits) return {.numBytes = count};
  }
  return {.numBytes = count, .isCharacter = count == lead.numBytes, .mayContinue = count < lead.numBytes};
}

}  // namespace

std::string takeValidUtf8(std::string& pending, bool isEnd) {
  std::string text;
  std::string_view rest = pending;
  while (!rest.empty()) {
    const Front front = frontOf(rest);
    if (front.mayContinue && !isEnd) break;
    text += front.isCharacter ? rest.substr(0, front.numBytes) : kReplacementCharacter;
    rest.remove_prefix(front.numBytes);
  }
  pending.erase(0, pending.size() - rest.size());
  return text;
}

}  // namespace zipage
