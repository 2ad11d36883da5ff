// Types with blocks of 32: a scale, perhaps a minimum, and 4, 5 or 8 bits an element. Of 16 bytes the low
// halves are elements 0 … 15 and the high halves 16 … 31. Included once per Highway target.
#if defined(ZIPAGE_KERNELS_CPU_DEQUANTISE_SMALL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ZIPAGE_KERNELS_CPU_DEQUANTISE_SMALL_INL_H
#undef ZIPAGE_KERNELS_CPU_DEQUANTISE_SMALL_INL_H
#else
#define ZIPAGE_KERNELS_CPU_DEQUANTISE_SMALL_INL_H
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "kernels/cpu/block_fields.h"

HWY_BEFORE_NAMESPACE();
namespace zipage {
namespace HWY_NAMESPACE {

/// F16 scale, 32 int8.
inline void dequantiseQ8_0(const std::uint8_t* block, float* output) {
  const float scale = halfAt(block);
  for (int i = 0; i < 32; ++i) {
    output[i] = scale * static_cast<float>(static_cast<std::int8_t>(block[2 + i]));
  }
}

/// F16 scale, 16 bytes; a value is its number less 8.
inline void dequantiseQ4_0(const std::uint8_t* block, float* output) {
  const float scale = halfAt(block);
  for (int i = 0; i < 16; ++i) {
    const int pair = block[2 + i];
    output[i] = static_cast<float>((pair & 15) - 8) * scale;
    output[i + 16] = static_cast<float>((pair >> 4) - 8) * scale;
  }
}

/// F16 scale, F16 minimum, 16 bytes.
inline void dequantiseQ4_1(const std::uint8_t* block, float* output) {
  const float scale = halfAt(block);
  const float minimum = halfAt(block + 2);
  for (int i = 0; i < 16; ++i) {
    const int pair = block[4 + i];
    output[i] = static_cast<float>(pair & 15) * scale + minimum;
    output[i + 16] = static_cast<float>(pair >> 4) * scale + minimum;
  }
}

/// F16 scale, 32 fifth bits, 16 bytes; a value is its number less 16.
inline void dequantiseQ5_0(const std::uint8_t* block, float* output) {
  const float scale = halfAt(block);
  const std::uint32_t fifths = wordAt(block + 2);
  for (int i = 0; i < 16; ++i) {
    const int pair = block[6 + i];
    const int low = (pair & 15) | static_cast<int>(fifths >> i & 1) << 4;
    const int high = (pair >> 4) | static_cast<int>(fifths >> (i + 16) & 1) << 4;
    output[i] = static_cast<float>(low - 16) * scale;
    output[i + 16] = static_cast<float>(high - 16) * scale;
  }
}

/// F16 scale, F16 minimum, 32 fifth bits, 16 bytes.
inline void dequantiseQ5_1(const std::uint8_t* block, float* output) {
  const float scale = halfAt(block);
  const float minimum = halfAt(block + 2);
  const std::uint32_t fifths = wordAt(block + 4);
  for (int i = 0; i < 16; ++i) {
    const int pair = block[8 + i];
    const int low = (pair & 15) | static_cast<int>(fifths >> i & 1) << 4;
    const int high = (pair >> 4) | static_cast<int>(fifths >> (i + 16) & 1) << 4;
    output[i] = static_cast<float>(low) * scale + minimum;
    output[i + 16] = static_cast<float>(high) * scale + minimum;
  }
}

/// 16 bytes whose halves are places in a table of 16 values.
inline void lookUpPairs(const std::uint8_t* pairs, const std::int8_t* table, float scale, float* output) {
  for (int i = 0; i < 16; ++i) {
    output[i] = scale * static_cast<float>(table[pairs[i] & 15]);
    output[i + 16] = scale * static_cast<float>(table[pairs[i] >> 4]);
  }
}

/// F16 scale, 16 bytes.
inline void dequantiseIQ4_NL(const std::uint8_t* block, float* output) {
  lookUpPairs(block + 2, kUnevenValues, halfAt(block), output);
}

/// A byte that is an exponent, 16 bytes of 4-bit floats (a sign, two bits of exponent, one of fraction).
inline void dequantiseMXFP4(const std::uint8_t* block, float* output) {
  lookUpPairs(block + 1, kDoubledTinyFloats, halfPowerOfTwo(block[0]), output);
}

}  // namespace HWY_NAMESPACE
}  // namespace zipage
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
