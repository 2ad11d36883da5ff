// Whether an engine with these limits can serve a request at all, and if not, why, in words and numbers. What
// it lets through can neither stop the program nor wait for ever.
#pragma once

#include "engine/base/result.h"
#include "engine/runtime/engine.h"

namespace zipage {

Result<void> checkRequest(const Request& request, const EngineLimits& limits);

}  // namespace zipage
