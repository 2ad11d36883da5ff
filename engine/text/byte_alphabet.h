// The alphabet in which byte-level vocabularies write bytes: each byte is one printable character. Visible
// Latin-1 characters stand for themselves; the others follow from U+0100 on, in order of the bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zipage {

/// The UTF-8 text of the character that stands for `byte`.
const std::string& characterOfByte(std::uint8_t byte);

/// The bytes that `text` stands for; nothing where a character is not of the alphabet.
std::optional<std::string> bytesOfAlphabet(std::string_view text);

}  // namespace zipage
