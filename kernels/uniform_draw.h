// Where a draw falls: the same on every device.
#pragma once

#include <cstdint>

namespace zipage {

/// A uniform number in [0, 1) out of (seed, counter): two rounds of the SplitMix64 finaliser.
constexpr double uniformDraw(std::uint64_t seed, std::uint64_t counter) {
  std::uint64_t bits = seed ^ (counter + 1) * 0x9E3779B97F4A7C15ULL;
  for (int round = 0; round < 2; ++round) {
    bits += 0x9E3779B97F4A7C15ULL;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
    bits ^= bits >> 31;
  }
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

}  // namespace zipage
