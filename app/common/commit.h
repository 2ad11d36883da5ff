// Which state of the source this program was built from.
#pragma once

#include <string_view>

namespace zipage {

/// "1a2b3c4d5e6f", with "-dirty" behind it where tracked files had been changed; "unknown" for a build
/// outside a checkout.
std::string_view builtFromCommit();

}  // namespace zipage
