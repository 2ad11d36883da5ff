// A file that an option names, read whole.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace zipage {

/// The bytes of the file. NotFound, naming it, when it cannot be read.
Result<std::string> readTextFile(const std::string& name);

}  // namespace zipage
