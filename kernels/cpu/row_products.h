// Dot products of float rows with the stored rows of a page or of an array; dot_tile-inl.h says in which
// order they sum.
#pragma once

#include <cstddef>

#include "kernels/tensor.h"

namespace zipage {

/// results[i · stride + r] = inputs[i] · rows[r] for inputs [numInputs, columns] and rows [numRows, columns]
/// of F32, F16 or BF16.
void rowProducts(const float* inputs, std::size_t numInputs, const void* rows, DataType type,
                 std::size_t numRows, std::size_t columns, float* results, std::size_t stride);

}  // namespace zipage
