// Vector primitives with run-time dispatch. Sums run in a fixed order that depends on the length only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/tensor.h"

namespace zipage {

float dotProduct(const float* a, const float* b, std::size_t count);
/// output[i] = input[i] * scale * gain[i]; gain null: 1. Output may be input.
void scaleBy(const float* input, float scale, const float* gain, float* output, std::size_t count);
/// values[i] = exp(values[i] - shift); returns the sum.
float exponentials(float* values, float shift, std::size_t count);
/// The sum; `last` becomes the last index with a value above the threshold, or -1.
float sumAndLastAbove(const float* values, std::size_t count, float threshold, std::int32_t* last);
/// The largest of the values and zero.
float largestOrZero(const float* values, std::size_t count);
/// output[i] = silu(gate[i]) * up[i]
void siluTimes(const float* gate, const float* up, float* output, std::size_t count);
/// Stored elements to float, whole blocks of them; and F32, F16 or BF16 back (to nearest, ties to even).
void widen(const void* input, DataType type, float* output, std::size_t count);
void narrow(const float* input, DataType type, void* output, std::size_t count);

}  // namespace zipage
