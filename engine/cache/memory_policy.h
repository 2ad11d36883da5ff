// What a request may ask of the KV memory.
#pragma once

#include <cstdint>

namespace zipage {

/// What becomes of a sequence whose pages are full.
enum class MemoryPolicy : std::uint8_t {
  Full,    // keeps every token; stops, and says so, when the pool has no page left
  Budget,  // compressed to budgetTokens each time it has grown by periodTokens
  Auto,    // keeps every token while the pool has room; compressed when pages run short
  Grow,    // as Budget, with a budget that grows while the model looks at more and more
};

}  // namespace zipage
