#include "engine/text/byte_alphabet.h"

#include <array>
#include <unordered_map>

namespace zipage {

namespace {

constexpr int kFirstStandIn = 0x100;

bool isVisible(int byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
}

std::string utf8(int code) {
  if (code < 0x80) return {static_cast<char>(code)};
  return {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
}

struct Alphabet {
  std::array<std::string, 256> characters;
  std::unordered_map<std::string_view, char> bytes;  // views of `characters`

  Alphabet() {
    int standIn = kFirstStandIn;
    for (int byte = 0; byte < 256; ++byte) characters[byte] = utf8(isVisible(byte) ? byte : standIn++);
    for (int byte = 0; byte < 256; ++byte) bytes.emplace(characters[byte], static_cast<char>(byte));
  }
};

const Alphabet& alphabet() {
  static const Alphabet instance;
  return instance;
}

}  // namespace

const std::string& characterOfByte(std::uint8_t byte) { return alphabet().characters[byte]; }

std::optional<std::string> bytesOfAlphabet(std::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    const std::size_t length = static_cast<unsigned char>(text.front()) < 0x80 ? 1 : 2;
    const auto found = alphabet().bytes.find(text.substr(0, length));
    if (found == alphabet().bytes.end()) return std::nullopt;
    bytes.push_back(found->second);
    text.remove_prefix(length);
  }
  return bytes;
}

}  // namespace zipage
