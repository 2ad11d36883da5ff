// Random weights of a type, with mean 0 and the deviation of a freshly made model, from a seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/tensor.h"

namespace zipage {

/// Fills `rows` rows of `columns` elements; values have a standard deviation of about 1 / sqrt(columns). F32,
/// BF16, Q8_0, Q4_K or Q6_K. The same on every machine, whatever `numThreads`.
void fillRandomWeights(std::span<std::byte> bytes, DataType type, std::int64_t rows, std::int64_t columns,
                       std::uint64_t seed, int numThreads);

}  // namespace zipage
