// How sixteen rows of a weight meet up to eight (or sixteen) rows of inputs on tensor cores, for each type
// that matters. A fragment only asks that weight and input agree on which column is which: so lane (g, t)
// takes eight neighbouring columns of weight rows g and g + 8 and of input row g, 16 bytes of bf16, for two
// products of 16 columns each. Quantised numbers become whole numbers in bf16, exactly; their scales multiply
// the sums.
//
// A Tile says how many columns a warp takes at a time (kColumns), what a lane loads of them (Loaded), and how
// it is multiplied; and whether it matters enough for every form of the kernel (kIsTuned).
#pragma once

#include "kernels/cuda/repacked_rows.cuh"
#include "kernels/cuda/tensor_core.cuh"
#include "kernels/cuda/weight_rows.cuh"

namespace zipage::cuda {

/// The rows of inputs a warp works on, bf16; those beyond the last are zeros.
template <int kColumnTiles>
struct InputRows {
  const __nv_bfloat16* rows[kColumnTiles];  // of this lane: row g of each eight; null: none

  __device__ InputRows(const __nv_bfloat16* input, int numRows, int columns) {
    const int g = static_cast<int>(threadIdx.x) % kWarp / 4;
#pragma unroll
    for (int c = 0; c < kColumnTiles; ++c)
      rows[c] = c * 8 + g < numRows ? input + static_cast<std::int64_t>(c * 8 + g) * columns : nullptr;
  }
  /// Eight neighbours; plain loads, since the kernel before has just written them.
  __device__ uint4 eight(int tile, int column) const {
    if (rows[tile] == nullptr) return {0, 0, 0, 0};
    return *reinterpret_cast<const uint4*>(rows[tile] + column);
  }
  __device__ uint2 four(int tile, int column) const {
    if (rows[tile] == nullptr) return {0, 0};
    return *reinterpret_cast<const uint2*>(rows[tile] + column);
  }
};

__device__ inline void multiplyAdd(float (&c)[4], const std::uint32_t (&g)[4], const std::uint32_t (&g8)[4],
                                   uint4 input) {
  multiplyAdd(c, g[0], g8[0], g[1], g8[1], input.x, input.y, __nv_bfloat16{});
  multiplyAdd(c, g[2], g8[2], g[3], g8[3], input.z, input.w, __nv_bfloat16{});
}

struct TileBF16 {
  static constexpr bool kIsTuned = true;
  using Rows = PlainRows<__nv_bfloat16>;
  static constexpr int kColumns = 32;
  static constexpr int kAhead = 4;  // loads under way
  struct Loaded {
    uint4 rows[2];
  };

  __device__ static void load(const Rows& weight, std::int64_t row, std::int64_t row8, int column,
                              Loaded& to) {
    const int t = static_cast<int>(threadIdx.x) % 4;
    to.rows[0] = streamed(weight.data + row * weight.columns + column + 8 * t);
    to.rows[1] = streamed(weight.data + row8 * weight.columns + column + 8 * t);
  }
  template <int kColumnTiles>
  __device__ static void multiply(const Loaded& from, const InputRows<kColumnTiles>& inputs, int column,
                                  float (&sums)[kColumnTiles][4]) {
    const int t = static_cast<int>(threadIdx.x) % 4;
    const std::uint32_t g[4] = {from.rows[0].x, from.rows[0].y, from.rows[0].z, from.rows[0].w};
    const std::uint32_t g8[4] = {from.rows[1].x, from.rows[1].y, from.rows[1].z, from.rows[1].w};
#pragma unroll
    for (int c = 0; c < kColumnTiles; ++c) multiplyAdd(sums[c], g, g8, inputs.eight(c, column + 8 * t));
  }
};

/// Any type, eight numbers at a time, rounded to bf16.
template <typename AnyRows>
struct TileAny {
  static constexpr bool kIsTuned = false;
  using Rows = AnyRows;
  static constexpr int kColumns = 32;
  static constexpr int kAhead = 2;
  struct Loaded {
    std::uint32_t rows[2][4];
  };

  __device__ static void load(const Rows& weight, std::int64_t row, std::int64_t row8, int column,
                              Loaded& to) {
    const int t = static_cast<int>(threadIdx.x) % 4;
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      float numbers[8];
      weight.eight(i == 0 ? row : row8, column + 8 * t, numbers);
#pragma unroll
      for (int pair = 0; pair < 4; ++pair)
        to.rows[i][pair] = pairOf(numbers[2 * pair], numbers[2 * pair + 1], __nv_bfloat16{});
    }
  }
  template <int kColumnTiles>
  __device__ static void multiply(const Loaded& from, const InputRows<kColumnTiles>& inputs, int column,
                                  float (&sums)[kColumnTiles][4]) {
    const int t = static_cast<int>(threadIdx.x) % 4;
#pragma unroll
    for (int c = 0; c < kColumnTiles; ++c)
      multiplyAdd(sums[c], from.rows[0], from.rows[1], inputs.eight(c, column + 8 * t));
  }
};

/// sums += scale of its row · part.
__device__ inline void addScaled(float (&sums)[4], const float (&part)[4], float scale, float scale8) {
  sums[0] = fmaf(scale, part[0], sums[0]);
  sums[1] = fmaf(scale, part[1], sums[1]);
  sums[2] = fmaf(scale8, part[2], sums[2]);
  sums[3] = fmaf(scale8, part[3], sums[3]);
}

__device__ inline std::uint32_t sumOfPairs(std::uint32_t a, std::uint32_t b) {
  const __nv_bfloat162 sum =
      __hadd2(*reinterpret_cast<const __nv_bfloat162*>(&a), *reinterpret_cast<const __nv_bfloat162*>(&b));
  return *reinterpret_cast<const std::uint32_t*>(&sum);
}

struct TileQ8_0 {
  static constexpr bool kIsTuned = true;
  using Rows = RepackedQ8_0;
  static constexpr int kColumns = 64;
  static constexpr int kAhead = 6;
  struct Loaded {
    uint4 rows[2];
    __half2 scales[2];
  };

  __device__ static void load(const Rows& weight, std::int64_t row, std::int64_t row8, int column,
                              Loaded& to) {
    const int t = static_cast<int>(threadIdx.x) % 4;
    const std::int64_t perRow = weight.columns / 32;
    to.rows[0] = streamed(weight.numbers + row * weight.columns + column + 16 * t);
    to.rows[1] = streamed(weight.numbers + row8 * weight.columns + column + 16 * t);
    to.scales[0] = *reinterpret_cast<const __half2*>(weight.scales + row * perRow + column / 32);
    to.scales[1] = *reinterpret_cast<const __half2*>(weight.scales + row8 * perRow + column / 32);
  }

  /// Two bytes, chosen by `selector`, as bf16. The lower seven bits under the exponent of 128 make 128 more
  /// than they are; taken off are 128, or 256 where the byte is negative.
  template <int kSelector>
  __device__ static std::uint32_t pairAt(std::uint32_t bytes) {
    const std::uint32_t spread = __byte_perm(bytes, 0, kSelector);
    return sumOfPairs((spread & 0x007F007FU) | 0x43004300U, (spread & 0x00800080U) | 0xC300C300U);
  }
  __device__ static void widen(std::uint32_t low, std::uint32_t high, std::uint32_t (&to)[4]) {
    to[0] = pairAt<0x4140>(low);
    to[1] = pairAt<0x4342>(low);
    to[2] = pairAt<0x4140>(high);
    to[3] = pairAt<0x4342>(high);
  }

  template <int kColumnTiles>
  __device__ static void multiply(const Loaded& from, const InputRows<kColumnTiles>& inputs, int column,
                                  float (&sums)[kColumnTiles][4]) {
    const int t = static_cast<int>(threadIdx.x) % 4;
#pragma unroll
    for (int block = 0; block < 2; ++block) {
      std::uint32_t g[4];
      std::uint32_t g8[4];
      widen(block == 0 ? from.rows[0].x : from.rows[0].z, block == 0 ? from.rows[0].y : from.rows[0].w, g);
      widen(block == 0 ? from.rows[1].x : from.rows[1].z, block == 0 ? from.rows[1].y : from.rows[1].w, g8);
      const float scale = block == 0 ? __low2float(from.scales[0]) : __high2float(from.scales[0]);
      const float scale8 = block == 0 ? __low2float(from.scales[1]) : __high2float(from.scales[1]);
#pragma unroll
      for (int c = 0; c < kColumnTiles; ++c) {
        float part[4] = {};
        multiplyAdd(part, g, g8, inputs.eight(c, column + 32 * block + 8 * t));
        addScaled(sums[c], part, scale, scale8);
      }
    }
  }
};

/// Byte `kByte` of a word as a float times `factor`, exact but for one rounding; lifted = −2^23 · factor.
template <int kByte>
__device__ inline float timesByte(std::uint32_t word, float factor, float lifted) {
  const float shifted = __uint_as_float(__byte_perm(word, 0x4B000000U, 0x7440 | kByte));  // 2^23 + byte
  return fmaf(shifted, factor, lifted);
}
__device__ inline float timesByte(const uint4& words, int byte, float factor, float lifted) {
  const std::uint32_t word = byte < 4 ? words.x : byte < 8 ? words.y : byte < 12 ? words.z : words.w;
  switch (byte % 4) {
    case 0:
      return timesByte<0>(word, factor, lifted);
    case 1:
      return timesByte<1>(word, factor, lifted);
    case 2:
      return timesByte<2>(word, factor, lifted);
    default:
      return timesByte<3>(word, factor, lifted);
  }
}

constexpr float kTwo23 = 8388608.0F;

struct TileQ4_K {
  static constexpr bool kIsTuned = true;
  using Rows = RepackedQ4_K;
  static constexpr int kColumns = 256;
  static constexpr int kAhead = 1;
  struct Loaded {
    uint4 numbers[2][2];
    uint4 steps[2];
    __half2 factors[2];
  };

  __device__ static void load(const Rows& weight, std::int64_t row, std::int64_t row8, int column,
                              Loaded& to) {
    const int t = static_cast<int>(threadIdx.x) % 4;
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      const std::int64_t block = (i == 0 ? row : row8) * weight.blocksPerRow + column / kBlockElements;
      to.numbers[i][0] = streamed(weight.numbers + block * 32 + t * 8);
      to.numbers[i][1] = streamed(weight.numbers + block * 32 + t * 8 + 4);
      to.steps[i] = *reinterpret_cast<const uint4*>(weight.steps + block * 16);
      to.factors[i] = weight.factors[block];
    }
  }
  __device__ static std::uint32_t wordAt(const uint4 (&words)[2], int group) {
    const uint4& half = words[group / 4];
    return group % 4 == 0 ? half.x : group % 4 == 1 ? half.y : group % 4 == 2 ? half.z : half.w;
  }
  /// Numbers of four bits under the exponent of 128: 128 more than they are.
  __device__ static void lift(std::uint32_t word, std::uint32_t (&to)[4]) {
#pragma unroll
    for (int pair = 0; pair < 4; ++pair) to[pair] = (word >> (4 * pair) & 0x000F000FU) | 0x43004300U;
  }

  template <int kColumnTiles>
  __device__ static void multiply(const Loaded& from, const InputRows<kColumnTiles>& inputs, int column,
                                  float (&sums)[kColumnTiles][4]) {
    const int t = static_cast<int>(threadIdx.x) % 4;
    constexpr std::uint32_t kOnes = 0x3F803F80U;
    float factor[2];
    float least[2];
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      factor[i] = __low2float(from.factors[i]);
      least[i] = __high2float(from.factors[i]);
    }
#pragma unroll
    for (int group = 0; group < 8; ++group) {
      std::uint32_t g[4];
      std::uint32_t g8[4];
      lift(wordAt(from.numbers[0], group), g);
      lift(wordAt(from.numbers[1], group), g8);
      float scale[2];
      float taken[2];  // of the sum of the inputs: what was lifted too high, and the minimum
#pragma unroll
      for (int i = 0; i < 2; ++i) {
        scale[i] = timesByte(from.steps[i], group, factor[i], -kTwo23 * factor[i]);
        taken[i] =
            fmaf(-128.0F, scale[i], -timesByte(from.steps[i], 8 + group, least[i], -kTwo23 * least[i]));
      }
#pragma unroll
      for (int c = 0; c < kColumnTiles; ++c) {
        const uint4 input = inputs.eight(c, column + 32 * group + 8 * t);
        float part[4] = {};
        float inputSums[4] = {};
        multiplyAdd(part, g, g8, input);
        multiplyAdd(inputSums, kOnes, kOnes, kOnes, kOnes, input.x, input.y, __nv_bfloat16{});
        multiplyAdd(inputSums, kOnes, kOnes, kOnes, kOnes, input.z, input.w, __nv_bfloat16{});
        addScaled(sums[c], part, scale[0], scale[1]);
        addScaled(sums[c], inputSums, taken[0], taken[1]);
      }
    }
  }
};

struct TileQ6_K {
  static constexpr bool kIsTuned = true;
  using Rows = RepackedQ6_K;
  static constexpr int kColumns = 256;
  static constexpr int kAhead = 1;
  struct Loaded {
    uint4 lows[2][2];
    uint4 highs[2];
    uint4 steps[2];
    __half factors[2];
  };

  __device__ static void load(const Rows& weight, std::int64_t row, std::int64_t row8, int column,
                              Loaded& to) {
    const int t = static_cast<int>(threadIdx.x) % 4;
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      const std::int64_t block = (i == 0 ? row : row8) * weight.blocksPerRow + column / kBlockElements;
      to.lows[i][0] = streamed(weight.lows + block * 32 + t * 8);
      to.lows[i][1] = streamed(weight.lows + block * 32 + t * 8 + 4);
      to.highs[i] = streamed(weight.highs + block * 16 + t * 4);
      to.steps[i] = *reinterpret_cast<const uint4*>(weight.steps + block * 16);
      to.factors[i] = weight.factors[block];
    }
  }
  __device__ static std::uint32_t highsOf(const uint4& highs, int group) {
    return group / 2 == 0 ? highs.x : group / 2 == 1 ? highs.y : group / 2 == 2 ? highs.z : highs.w;
  }
  /// Numbers of six bits under the exponent of 128, less 160: what they are.
  __device__ static void widen(std::uint32_t low, std::uint32_t high, int firstPair, std::uint32_t (&to)[4]) {
    constexpr std::uint32_t kLifted = 0xC320C320U;  // −160
#pragma unroll
    for (int pair = 0; pair < 4; ++pair) {
      const int shift = 4 - 2 * (firstPair + pair);
      const std::uint32_t moved = shift >= 0 ? high << shift : high >> -shift;
      to[pair] = sumOfPairs((low >> (4 * pair) & 0x000F000FU) | (moved & 0x00300030U) | 0x43004300U, kLifted);
    }
  }
  __device__ static float scaleOf(const uint4& steps, int index, float factor) {
    return factor * (timesByte(steps, index, 1.0F, -kTwo23) - 128.0F);
  }

  template <int kColumnTiles>
  __device__ static void multiply(const Loaded& from, const InputRows<kColumnTiles>& inputs, int column,
                                  float (&sums)[kColumnTiles][4]) {
    const int t = static_cast<int>(threadIdx.x) % 4;
    const float factor[2] = {__half2float(from.factors[0]), __half2float(from.factors[1])};
#pragma unroll
    for (int group = 0; group < 8; ++group) {
      std::uint32_t g[4];
      std::uint32_t g8[4];
      widen(TileQ4_K::wordAt(from.lows[0], group), highsOf(from.highs[0], group), group % 2 * 4, g);
      widen(TileQ4_K::wordAt(from.lows[1], group), highsOf(from.highs[1], group), group % 2 * 4, g8);
#pragma unroll
      for (int half = 0; half < 2; ++half) {  // sixteen elements that share a scale
        const float scale = scaleOf(from.steps[0], group * 2 + half, factor[0]);
        const float scale8 = scaleOf(from.steps[1], group * 2 + half, factor[1]);
#pragma unroll
        for (int c = 0; c < kColumnTiles; ++c) {
          const uint2 input = inputs.four(c, column + 32 * group + 16 * half + 4 * t);
          float part[4] = {};
          multiplyAdd(part, g[2 * half], g8[2 * half], g[2 * half + 1], g8[2 * half + 1], input.x, input.y,
                      __nv_bfloat16{});
          addScaled(sums[c], part, scale, scale8);
        }
      }
    }
  }
};

}  // namespace zipage::cuda
