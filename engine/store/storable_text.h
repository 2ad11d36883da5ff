// Text as the database takes it: well-formed UTF-8 without NUL.
#pragma once

#include <string>
#include <string_view>

namespace zipage {

/// `bytes` with U+FFFD for each maximal run that cannot become a character (Unicode 15, table 3-8) and for
/// each NUL, which SQLite's text functions would take for the end.
std::string storableText(std::string_view bytes);

}  // namespace zipage
