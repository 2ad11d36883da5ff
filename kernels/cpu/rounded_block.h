// Blocks of 256 numbers of 16 bits: inputs of a product with large blocks of weights, rounded, and such
// weights themselves, widened. See large_products-inl.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/tensor.h"

namespace zipage {

inline constexpr std::size_t kLargeBlock = 256;
// Times the largest number of a block, 32 · 128 in Q6_K, and added up 64 times in one of four lanes, the sum
// still is a number of 32 bits.
inline constexpr float kMostRounded = 8191.0F;

struct alignas(64) RoundedBlock {
  std::int16_t numbers[kLargeBlock];
  float groupSums[16];  // of the eight groups of 32, times the unit; then zeros. Of weights: their minima
  float unit;           // of the numbers; NaN: the inputs were not all numbers
};

/// What a panel of a product is made with, where its type needs it.
struct PanelRoom {
  float* wide;                  // room for its rows as floats,
  RoundedBlock* widened;        // or as blocks that numbers of 16 bits stand in
  const RoundedBlock* rounded;  // the inputs
};

/// Whether weights of this type are multiplied with rounded inputs.
constexpr bool roundsInputs(DataType weight) {
  return weight == DataType::Q4_K || weight == DataType::Q5_K || weight == DataType::Q6_K;
}

}  // namespace zipage
