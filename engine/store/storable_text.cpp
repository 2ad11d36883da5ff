#include "engine/store/storable_text.h"

#include <cstddef>

namespace zipage {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Lead {
  std::size_t numBytes = 0;  // of the whole character; 0: no character starts with this byte
  unsigned char secondMin = 0x80;
  unsigned char secondMax = 0xBF;
};

/// Unicode 15, table 3-7: the second byte excludes overlong forms, surrogates and what lies beyond U+10FFFF.
Lead leadOf(unsigned char byte) {
  if (byte == 0) return {};
  if (byte < 0x80) return {.numBytes = 1};
  if (byte < 0xC2) return {};
  if (byte < 0xE0) return {.numBytes = 2};
  if (byte == 0xE0) return {.numBytes = 3, .secondMin = 0xA0};
  if (byte == 0xED) return {.numBytes = 3, .secondMax = 0x9F};
  if (byte < 0xF0) return {.numBytes = 3};
  if (byte == 0xF0) return {.numBytes = 4, .secondMin = 0x90};
  if (byte < 0xF4) return {.numBytes = 4};
  if (byte == 0xF4) return {.numBytes = 4, .secondMax = 0x8F};
  return {};
}

struct Piece {
  std::size_t numBytes = 1;
  bool isCharacter = false;
};

/// The character that `bytes`, not empty, starts with, or the run that one U+FFFD stands for.
Piece firstPiece(std::string_view bytes) {
  const Lead lead = leadOf(static_cast<unsigned char>(bytes[0]));
  std::size_t taken = 1;
  for (; taken < lead.numBytes && taken < bytes.size(); ++taken) {
    const auto byte = static_cast<unsigned char>(bytes[taken]);
    const bool isSecond = taken == 1;
    if (byte < (isSecond ? lead.secondMin : 0x80) || byte > (isSecond ? lead.secondMax : 0xBF)) break;
  }
  return {taken, taken == lead.numBytes};
}

}  // namespace

std::string storableText(std::string_view bytes) {
  std::string stored;
  stored.reserve(bytes.size());
  std::size_t runStart = 0;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Piece piece = firstPiece(bytes.substr(at));
    if (!piece.isCharacter) {
      stored.append(bytes, runStart, at - runStart);
      stored.append(kReplacement);
      runStart = at + piece.numBytes;
    }
    at += piece.numBytes;
  }
  return stored.append(bytes, runStart);
}

}  // namespace zipage
