// What the blocks of quantised types hold, eight neighbouring elements at a time; `first` is a multiple of 8.
// The layouts are described in kernels/cpu/dequantise_small-inl.h and dequantise_large-inl.h.
#pragma once

#include "kernels/cuda/support.cuh"

namespace zipage::cuda {

__device__ inline std::uint32_t shortAt(const std::uint8_t* bytes) {
  return bytes[0] | static_cast<std::uint32_t>(bytes[1]) << 8;
}
__device__ inline std::uint32_t wordAt(const std::uint8_t* bytes) {
  return shortAt(bytes) | shortAt(bytes + 2) << 16;
}
__device__ inline float halfAt(const std::uint8_t* bytes) {
  return __half2float(__ushort_as_half(static_cast<unsigned short>(shortAt(bytes))));
}

__device__ inline int unevenValue(int place) {
  constexpr std::int8_t kValues[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                       1,    13,   25,  38,  53,  69,  89,  113};
  return kValues[place];
}
/// MXFP4: twice the values.
__device__ inline int doubledTinyFloat(int place) {
  constexpr std::int8_t kValues[8] = {0, 1, 2, 3, 4, 6, 8, 12};
  const int value = kValues[place & 7];
  return (place & 8) != 0 ? -value : value;
}

/// Of 16 bytes the low halves are elements 0 … 15 and the high halves 16 … 31.
__device__ inline int halfByte(const std::uint8_t* pairs, int element) {
  return pairs[element % 16] >> (element / 16 * 4) & 15;
}
__device__ inline int fifthBit(std::uint32_t fifths, int element) {
  return static_cast<int>(fifths >> element & 1) << 4;
}

struct BlockQ4_0 {
  static constexpr int kElements = 32, kBytes = 18;
  __device__ static void eight(const std::uint8_t* block, int first, float* to) {
    const float scale = halfAt(block);
    for (int i = 0; i < 8; ++i) to[i] = static_cast<float>(halfByte(block + 2, first + i) - 8) * scale;
  }
};
struct BlockQ4_1 {
  static constexpr int kElements = 32, kBytes = 20;
  __device__ static void eight(const std::uint8_t* block, int first, float* to) {
    const float scale = halfAt(block);
    const float minimum = halfAt(block + 2);
    for (int i = 0; i < 8; ++i) to[i] = static_cast<float>(halfByte(block + 4, first + i)) * scale + minimum;
  }
};
struct BlockQ5_0 {
  static constexpr int kElements = 32, kBytes = 22;
  __device__ static void eight(const std::uint8_t* block, int first, float* to) {
    const float scale = halfAt(block);
    const std::uint32_t fifths = wordAt(block + 2);
    for (int i = 0; i < 8; ++i)
      to[i] = static_cast<float>((halfByte(block + 6, first + i) | fifthBit(fifths, first + i)) - 16) * scale;
  }
};
struct BlockQ5_1 {
  static constexpr int kElements = 32, kBytes = 24;
  __device__ static void eight(const std::uint8_t* block, int first, float* to) {
    const float scale = halfAt(block);
    const float minimum = halfAt(block + 2);
    const std::uint32_t fifths = wordAt(block + 4);
    for (int i = 0; i < 8; ++i)
      to[i] =
          static_cast<float>(halfByte(block + 8, first + i) | fifthBit(fifths, first + i)) * scale + minimum;
  }
};
struct BlockIQ4_NL {
  static constexpr int kElements = 32, kBytes = 18;
  __device__ static void eight(const std::uint8_t* block, int first, float* to) {
    const float scale = halfAt(block);
    for (int i = 0; i < 8; ++i)
      to[i] = scale * static_cast<float>(unevenValue(halfByte(block + 2, first + i)));
  }
};
struct BlockMXFP4 {
  static constexpr int kElements = 32, kBytes = 17;
  __device__ static void eight(const std::uint8_t* block, int first, float* to) {
    const std::uint32_t exponent = block[0];
    const float scale = __uint_as_float(exponent < 2 ? 0x00200000U << exponent : (exponent - 1) << 23);
    for (int i = 0; i < 8; ++i)
      to[i] = scale * static_cast<float>(doubledTinyFloat(halfByte(block + 1, first + i)));
  }
};

struct BlockQ2_K {
  static constexpr int kElements = 256, kBytes = 84;
  __device__ static void eight(const std::uint8_t* block, int first, float* to) {
    const int group = first / 16;
    const std::uint8_t* numbers = block + 16 + group / 8 * 32 + group % 2 * 16 + first % 16;
    const int shift = group % 8 / 2 * 2;
    const float unit = halfAt(block + 80) * static_cast<float>(block[group] & 15);
    const float least = halfAt(block + 82) * static_cast<float>(block[group] >> 4);
    for (int i = 0; i < 8; ++i) to[i] = unit * static_cast<float>(numbers[i] >> shift & 3) - least;
  }
};
struct BlockQ3_K {
  static constexpr int kElements = 256, kBytes = 110;
  __device__ static void eight(const std::uint8_t* block, int first, float* to) {
    const int group = first / 16;
    const std::uint8_t* numbers = block + 32 + group / 8 * 32 + group % 2 * 16 + first % 16;
    const std::uint8_t* thirds = block + group % 2 * 16 + first % 16;
    const std::uint8_t* packed = block + 96;
    const int low = group < 8 ? packed[group] & 15 : packed[group - 8] >> 4;
    const int high = packed[8 + group % 4] >> (group / 4 * 2) & 3;
    const float unit = halfAt(block + 108) * static_cast<float>((low | high << 4) - 32);
    for (int i = 0; i < 8; ++i) {
      const int number = (numbers[i] >> (group % 8 / 2 * 2) & 3) | (thirds[i] >> (group / 2) & 1) << 2;
      to[i] = unit * static_cast<float>(number - 4);
    }
  }
};

/// The scale and the minimum of a group of 32 in the twelve bytes of Q4_K and Q5_K.
struct GroupScale {
  float scale, minimum;

  __device__ GroupScale(const std::uint8_t* block, int group) {
    const std::uint8_t* packed = block + 4;
    int wide = packed[group] & 63;
    int least = packed[group + 4] & 63;
    if (group >= 4) {
      wide = (packed[group + 4] & 15) | (packed[group - 4] >> 6) << 4;
      least = (packed[group + 4] >> 4) | (packed[group] >> 6) << 4;
    }
    const auto both = *reinterpret_cast<const __half2*>(block);
    scale = __low2float(both) * static_cast<float>(wide);
    minimum = __high2float(both) * static_cast<float>(least);
  }
};
struct BlockQ5_K {
  static constexpr int kElements = 256, kBytes = 176;
  __device__ static void eight(const std::uint8_t* block, int first, float* to) {
    const int group = first / 32;
    const GroupScale of(block, group);
    const auto numbers = *reinterpret_cast<const uint2*>(block + 48 + group / 2 * 32 + first % 32);
    const auto fifths = *reinterpret_cast<const uint2*>(block + 16 + first % 32);
    const int shift = group % 2 * 4;
    for (int i = 0; i < 8; ++i) {
      const std::uint32_t low = (i < 4 ? numbers.x : numbers.y) >> (i % 4 * 8 + shift) & 15;
      const std::uint32_t high = (i < 4 ? fifths.x : fifths.y) >> (i % 4 * 8 + group) & 1;
      to[i] = of.scale * static_cast<float>(low | high << 4) - of.minimum;
    }
  }
};
struct BlockIQ4_XS {
  static constexpr int kElements = 256, kBytes = 136;
  __device__ static void eight(const std::uint8_t* block, int first, float* to) {
    const int group = first / 32;
    const int low = block[4 + group / 2] >> (group % 2 * 4) & 15;
    const int high = static_cast<int>(shortAt(block + 2) >> (group * 2) & 3);
    const float scale = halfAt(block) * static_cast<float>((low | high << 4) - 32);
    const std::uint8_t* pairs = block + 8 + group * 16;
    for (int i = 0; i < 8; ++i)
      to[i] = scale * static_cast<float>(unevenValue(halfByte(pairs, first % 32 + i)));
  }
};

}  // namespace zipage::cuda
