// Quantised blocks to float, one plain loop per type: the definition of each format in float32, in the order
// of the format's reference, so that every bit is the same. The embedding look-up, the widened panels of
// products and the tests of faster products use it.
#pragma once

#include <cstddef>

#include "kernels/tensor.h"

namespace zipage {

/// `count` elements of consecutive blocks; a multiple of the type's block. Types that are not quantised are
/// left alone. `blocks` needs no alignment.
void dequantise(DataType type, const void* blocks, float* output, std::size_t count);

}  // namespace zipage
