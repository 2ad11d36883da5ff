// The manual page of the command line, made from its outline.
#pragma once

#include <string>

#include "app/cli/command_outline.h"

namespace zipage {

/// Section 1, in the macros of man(7). `version` goes into the foot.
std::string manualPage(const CommandOutline& outline, const std::string& program, const std::string& version);

}  // namespace zipage
