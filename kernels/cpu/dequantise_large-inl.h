// Types with blocks of 256: groups of 16 or 32 elements whose small integer scales share one F16 scale.
// Included once per Highway target.
#if defined(ZIPAGE_KERNELS_CPU_DEQUANTISE_LARGE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ZIPAGE_KERNELS_CPU_DEQUANTISE_LARGE_INL_H
#undef ZIPAGE_KERNELS_CPU_DEQUANTISE_LARGE_INL_H
#else
#define ZIPAGE_KERNELS_CPU_DEQUANTISE_LARGE_INL_H
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "kernels/cpu/block_fields.h"
#include "kernels/cpu/dequantise_small-inl.h"

HWY_BEFORE_NAMESPACE();
namespace zipage {
namespace HWY_NAMESPACE {

/// 16 bytes of scale (low half) and minimum (high half), 64 bytes of 2-bit numbers, F16 scale of scales, F16
/// scale of minima. Of 32 bytes, bits 0 and 1 are elements 0 … 31, bits 2 and 3 the next 32, and so on.
inline void dequantiseQ2_K(const std::uint8_t* block, float* output) {
  const float scale = halfAt(block + 80);
  const float minimum = halfAt(block + 82);
  for (int group = 0; group < 16; ++group) {
    const std::uint8_t* numbers = block + 16 + group / 8 * 32 + group % 2 * 16;
    const int shift = group % 8 / 2 * 2;
    const float unit = scale * static_cast<float>(block[group] & 15);
    const float least = minimum * static_cast<float>(block[group] >> 4);
    for (int i = 0; i < 16; ++i) {
      output[group * 16 + i] = unit * static_cast<float>(numbers[i] >> shift & 3) - least;
    }
  }
}

/// 32 bytes of third bits (bit b belongs to elements 32 b … 32 b + 31), 64 bytes of 2-bit numbers as in Q2_K,
/// 12 bytes of scales, F16 scale of scales; a value is its number less 4.
inline void dequantiseQ3_K(const std::uint8_t* block, float* output) {
  const float scale = halfAt(block + 108);
  for (int group = 0; group < 16; ++group) {
    const std::uint8_t* numbers = block + 32 + group / 8 * 32 + group % 2 * 16;
    const std::uint8_t* thirds = block + group % 2 * 16;
    const int shift = group % 8 / 2 * 2;
    const int bit = group / 2;
    const float unit = scale * static_cast<float>(smallGroupScale(block + 96, group));
    for (int i = 0; i < 16; ++i) {
      const int number = (numbers[i] >> shift & 3) | (thirds[i] >> bit & 1) << 2;
      output[group * 16 + i] = unit * static_cast<float>(number - 4);
    }
  }
}

/// F16 scale of scales, F16 scale of minima, 12 bytes of both, 128 bytes. Of 32 bytes the low halves are one
/// group of 32 and the high halves the next.
inline void dequantiseQ4_K(const std::uint8_t* block, float* output) {
  const float scale = halfAt(block);
  const float minimum = halfAt(block + 2);
  for (int group = 0; group < 8; ++group) {
    const std::uint8_t* numbers = block + 16 + group / 2 * 32;
    const int shift = group % 2 * 4;
    const GroupScale of = groupScale(block + 4, group);
    const float unit = scale * static_cast<float>(of.scale);
    const float least = minimum * static_cast<float>(of.minimum);
    for (int i = 0; i < 32; ++i) {
      output[group * 32 + i] = unit * static_cast<float>(numbers[i] >> shift & 15) - least;
    }
  }
}

/// Q4_K with 32 bytes of fifth bits before the numbers: bit g belongs to group g.
inline void dequantiseQ5_K(const std::uint8_t* block, float* output) {
  const float scale = halfAt(block);
  const float minimum = halfAt(block + 2);
  const std::uint8_t* fifths = block + 16;
  for (int group = 0; group < 8; ++group) {
    const std::uint8_t* numbers = block + 48 + group / 2 * 32;
    const int shift = group % 2 * 4;
    const GroupScale of = groupScale(block + 4, group);
    const float unit = scale * static_cast<float>(of.scale);
    const float least = minimum * static_cast<float>(of.minimum);
    for (int i = 0; i < 32; ++i) {
      const int number = (numbers[i] >> shift & 15) | (fifths[i] >> group & 1) << 4;
      output[group * 32 + i] = unit * static_cast<float>(number) - least;
    }
  }
}

/// 128 bytes of low halves, 64 bytes of upper two bits, 16 int8 scales, F16 scale of scales; a value is its
/// number less 32. In each half of the block, the 64 bytes of low halves are elements 0 … 63 (low) and 64 …
/// 127 (high), and the 32 bytes of upper bits are elements 0 … 31 (bits 0 and 1), 32 … 63 (bits 2 and 3), and
/// so on.
inline void dequantiseQ6_K(const std::uint8_t* block, float* output) {
  const float scale = halfAt(block + 208);
  for (int group = 0; group < 16; ++group) {
    const int half = group / 8;
    const std::uint8_t* lows = block + half * 64 + group % 4 * 16;
    const std::uint8_t* highs = block + 128 + half * 32 + group % 2 * 16;
    const int lowShift = group % 8 / 4 * 4;
    const int highShift = group % 8 / 2 * 2;
    const float unit = scale * static_cast<float>(static_cast<std::int8_t>(block[192 + group]));
    for (int i = 0; i < 16; ++i) {
      const int number = (lows[i] >> lowShift & 15) | (highs[i] >> highShift & 3) << 4;
      output[group * 16 + i] = unit * static_cast<float>(number - 32);
    }
  }
}

/// F16 scale of scales, 16 bits with the upper two of each group's scale, 4 bytes with the lower four, 128
/// bytes as eight blocks of IQ4_NL; a group's scale is its number less 32.
inline void dequantiseIQ4_XS(const std::uint8_t* block, float* output) {
  const float scale = halfAt(block);
  for (int group = 0; group < 8; ++group) {
    lookUpPairs(block + 8 + group * 16, kUnevenValues,
                scale * static_cast<float>(wideGroupScale(block, group)), output + group * 32);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace zipage
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
