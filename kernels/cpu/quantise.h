// Floats to Q8_0 blocks, as entries of pages are stored.
#pragma once

#include <cstddef>

namespace zipage {

/// Of each 32 neighbours: an F16 scale d, the largest magnitude / 127, and the nearest multiples of d as
/// int8. `count` is a multiple of 32; `blocks` [count / 32] of 34 bytes needs no alignment.
void quantiseQ8_0(const float* input, void* blocks, std::size_t count);

}  // namespace zipage
