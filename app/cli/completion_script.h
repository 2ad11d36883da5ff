// What bash, zsh and fish need to complete the command line, made from its outline, so that they know neither
// more nor less than the program does.
#pragma once

#include <string>

#include "app/cli/command_outline.h"
#include "engine/base/result.h"

namespace zipage {

/// For `shell` "bash", "zsh" or "fish"; `program` is the name that is completed. Values without a fixed
/// choice complete to file names.
Result<std::string> completionScript(const std::string& shell, const CommandOutline& outline,
                                     const std::string& program);

}  // namespace zipage
