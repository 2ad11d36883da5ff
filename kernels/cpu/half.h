// One IEEE half to float, in plain arithmetic: for the ends of rows, where vectors do not reach.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace zipage {

inline float floatFromHalfBits(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1FU;
  const std::uint32_t fraction = half & 0x3FFU;
  if (exponent == 0) {  // zero or subnormal: fraction · 2^-24
    const float value = static_cast<float>(fraction) * 0x1.0p-24F;
    return sign != 0 ? -value : value;
  }
  const std::uint32_t wide = exponent == 31 ? 0xFFU : exponent + 112;
  return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

/// Any two-byte type that holds the bits of a half.
template <typename Half>
float floatFromHalf(const Half& half) {
  std::uint16_t bits;
  std::memcpy(&bits, &half, sizeof bits);
  return floatFromHalfBits(bits);
}

}  // namespace zipage
