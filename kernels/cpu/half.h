// One IEEE half to float and back, in plain arithmetic: for the ends of rows, where vectors do not reach, and
// for scales of blocks.
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

/// The nearest half, ties to even; what is too large becomes infinity.
inline std::uint16_t halfBitsOf(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000U);
  const float magnitude = std::bit_cast<float>(bits & 0x7FFFFFFFU);
  if (magnitude >= 65520.0F) return sign | 0x7C00U;
  if (magnitude < 0x1.0p-14F)  // subnormal: adding this leaves the multiple of 2^-24 in the low bits
    return sign | static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(magnitude + 0.5F) & 0xFFFFU);
  const std::uint32_t shifted = (bits & 0x7FFFFFFFU) - (112U << 23);
  return sign | static_cast<std::uint16_t>((shifted + 0xFFFU + (shifted >> 13 & 1U)) >> 13);
}

/// Any two-byte type that holds the bits of a half.
template <typename Half>
float floatFromHalf(const Half& half) {
  std::uint16_t bits;
  std::memcpy(&bits, &half, sizeof bits);
  return floatFromHalfBits(bits);
}

}  // namespace zipage
