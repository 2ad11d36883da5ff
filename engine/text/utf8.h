// Well-formed UTF-8 out of bytes that come in pieces and may be anything.
#pragma once

#include <string>

namespace zipage {

/// Takes from the front of `pending` what can be said for sure and returns it as valid UTF-8: whole
/// characters as they are, and U+FFFD for each longest run of bytes that begins a character but cannot be
/// one. What may still become a character stays in `pending`, at most 3 bytes; at the end of the text nothing
/// stays.
std::string takeValidUtf8(std::string& pending, bool isEnd);

}  // namespace zipage
