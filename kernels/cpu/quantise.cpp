#include "kernels/cpu/quantise.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/cpu/half.h"

namespace zipage {

void quantiseQ8_0(const float* input, void* blocks, std::size_t count) {
  constexpr std::size_t kElements = 32;
  auto* to = static_cast<std::uint8_t*>(blocks);
  for (std::size_t first = 0; first < count; first += kElements, input += kElements) {
    float largest = 0.0F;
    for (std::size_t i = 0; i < kElements; ++i) largest = std::max(largest, std::abs(input[i]));
    const std::uint16_t scale = halfBitsOf(largest / 127.0F);
    const float step = floatFromHalfBits(scale);
    const float inverse = step > 0.0F ? 1.0F / step : 0.0F;
    std::memcpy(to, &scale, sizeof scale);
    to += sizeof scale;
    for (std::size_t i = 0; i < kElements; ++i) {
      const float units = std::clamp(std::nearbyint(input[i] * inverse), -127.0F, 127.0F);
      *to++ = static_cast<std::uint8_t>(static_cast<std::int8_t>(units));
    }
  }
}

}  // namespace zipage
