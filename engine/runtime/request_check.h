// Whether an engine with these limits can serve a request at all, and if not, why, in words and numbers. What
// it lets through can neither stop the program nor wait for ever.
#pragma once

#include <cstdint>
#include <span>

#include "engine/base/result.h"
#include "engine/runtime/engine.h"

namespace zipage {

Result<void> checkRequest(const Request& request, const EngineLimits& limits);
/// Whether a request's budget has room for these pinned tokens, which are in ascending order.
Result<void> checkPins(const Request& request, std::span<const std::int32_t> tokens,
                       const EngineLimits& limits);

}  // namespace zipage
