// The fields that quantised blocks are made of, read from bytes without alignment.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "kernels/cpu/half.h"

namespace zipage {

/// IQ4_NL and IQ4_XS: closer together near zero, where weights are.
inline constexpr std::int8_t kUnevenValues[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                  1,    13,   25,  38,  53,  69,  89,  113};
/// MXFP4: twice the values 0, ½, 1, 1½, 2, 3, 4, 6 and their negatives.
inline constexpr std::int8_t kDoubledTinyFloats[16] = {0, 1,  2,  3,  4,  6,  8,  12,
                                                       0, -1, -2, -3, -4, -6, -8, -12};

inline std::uint16_t shortAt(const std::uint8_t* bytes) {
  std::uint16_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

inline std::uint32_t wordAt(const std::uint8_t* bytes) {
  std::uint32_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

inline float halfAt(const std::uint8_t* bytes) { return floatFromHalfBits(shortAt(bytes)); }

/// A 6-bit scale and a 6-bit minimum of a group of 32, of the eight of each in 12 bytes.
struct GroupScale {
  int scale;
  int minimum;
};

/// Q4_K and Q5_K: groups 0 … 3 have theirs in the low six bits of bytes 0 … 3 and 4 … 7; groups 4 … 7 have
/// four bits each in bytes 8 … 11 and the upper two in the top bits of the former.
inline GroupScale groupScale(const std::uint8_t* packed, int group) {
  if (group < 4) return {packed[group] & 63, packed[group + 4] & 63};
  return {(packed[group + 4] & 15) | (packed[group - 4] >> 6) << 4,
          (packed[group + 4] >> 4) | (packed[group] >> 6) << 4};
}

/// Q3_K: the 6-bit scale of a group of 16, of sixteen in 12 bytes, less 32. The first eight bytes hold four
/// bits of groups g and g + 8, the last four the upper two bits of groups g, g + 4, g + 8 and g + 12.
inline int smallGroupScale(const std::uint8_t* packed, int group) {
  const int low = group < 8 ? packed[group] & 15 : packed[group - 8] >> 4;
  const int high = packed[8 + group % 4] >> (group / 4 * 2) & 3;
  return (low | high << 4) - 32;
}

/// IQ4_XS: the 6-bit scale of a group of 32, less 32, from the block's head.
inline int wideGroupScale(const std::uint8_t* block, int group) {
  const int low = block[4 + group / 2] >> (group % 2 * 4) & 15;
  const int high = shortAt(block + 2) >> (group * 2) & 3;
  return (low | high << 4) - 32;
}

/// MXFP4: 2^(exponent − 128), the two smallest subnormal. Half of what the byte says, as the values are
/// doubled.
inline float halfPowerOfTwo(std::uint32_t exponent) {
  return std::bit_cast<float>(exponent < 2 ? 0x00200000U << exponent : (exponent - 1) << 23);
}

}  // namespace zipage
