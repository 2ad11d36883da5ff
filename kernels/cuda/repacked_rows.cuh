// Weights whose blocks are rearranged when they are loaded, so that a lane of a tensor-core fragment finds
// what it needs in whole words of 16 bytes (few_row_tiles.cuh). Of every matrix [rows, columns], one array
// after the other; e counts elements inside a block, t = 0 … 3 are the lanes that share a row.
//
//   Q8_0  numbers  per 64 columns [t][2 blocks][8] int8: lane t holds e = 8t … 8t + 7 of two blocks of 32
//                  (a last single block lies as in files)
//         scales   [rows, columns / 32] F16
//   Q4_K  numbers  per block of 256 [t][group of 32] words: elements 8t … 8t + 7 of the group, of which pair
//   p
//                  has its even one in bits 4p … and its odd one in bits 16 + 4p …
//         steps    per block: 8 scales, 8 minimums, a byte each
//         factors  per block: scale and minimum of the block, F16
//   Q6_K  lows     as Q4_K's numbers, but a lane holds elements 4t … 4t + 3 and 16 + 4t … 16 + 4t + 3
//         highs    per block [t][two groups] words: pair p of the even group in bits 2p … and 16 + 2p …, of
//         the
//                  odd group four pairs higher
//         steps    per block: 16 scales, a byte each, 128 more than they are
//         factors  per block F16
#pragma once

#include "kernels/cuda/support.cuh"
#include "kernels/tensor.h"

namespace zipage::cuda {

constexpr int kBlockElements = 256;  // of Q4_K and Q6_K

struct RepackedQ8_0 {
  const std::uint8_t* numbers;
  const __half* scales;
  std::int64_t columns;

  /// Where the eight elements from `column` on lie within their row.
  __host__ __device__ static std::int64_t placeOf(std::int64_t column, std::int64_t columns) {
    const std::int64_t chunk = column / 64 * 64;
    if (chunk + 64 > columns) return column;
    return chunk + column % 32 / 8 * 16 + column % 64 / 32 * 8 + column % 8;
  }
  __device__ void eight(std::int64_t row, int column, float* to) const {
    const auto* from =
        reinterpret_cast<const std::int8_t*>(numbers) + row * columns + placeOf(column, columns);
    const float scale = __half2float(scales[row * (columns / 32) + column / 32]);
#pragma unroll
    for (int i = 0; i < 8; ++i) to[i] = scale * static_cast<float>(from[i]);
  }
};

struct RepackedQ4_K {
  const std::uint32_t* numbers;
  const std::uint8_t* steps;
  const __half2* factors;
  std::int64_t blocksPerRow;

  __device__ void eight(std::int64_t row, int column, float* to) const {
    const std::int64_t block = row * blocksPerRow + column / kBlockElements;
    const int group = column % kBlockElements / 32;
    const std::uint32_t word = numbers[block * 32 + column % 32 / 8 * 8 + group];
    const float scale = __low2float(factors[block]) * static_cast<float>(steps[block * 16 + group]);
    const float minimum = __high2float(factors[block]) * static_cast<float>(steps[block * 16 + 8 + group]);
#pragma unroll
    for (int i = 0; i < 8; ++i)
      to[i] = scale * static_cast<float>(word >> (i / 2 * 4 + i % 2 * 16) & 15) - minimum;
  }
};

struct RepackedQ6_K {
  const std::uint32_t* lows;
  const std::uint32_t* highs;
  const std::uint8_t* steps;
  const __half* factors;
  std::int64_t blocksPerRow;

  __device__ int number(std::int64_t block, int e) const {
    const int group = e / 32;
    const int t = e % 16 / 4;
    const int p = e % 32 / 16 * 2 + e % 4 / 2;
    const int odd = e % 2 * 16;
    const std::uint32_t low = lows[block * 32 + t * 8 + group] >> (4 * p + odd) & 15;
    const std::uint32_t high = highs[block * 16 + t * 4 + group / 2] >> (2 * (p + group % 2 * 4) + odd) & 3;
    return static_cast<int>(low | high << 4) - 32;
  }
  __device__ void eight(std::int64_t row, int column, float* to) const {
    const std::int64_t block = row * blocksPerRow + column / kBlockElements;
    const int first = column % kBlockElements;
    const float unit =
        __half2float(factors[block]) * static_cast<float>(steps[block * 16 + first / 16] - 128);
#pragma unroll
    for (int i = 0; i < 8; ++i) to[i] = unit * static_cast<float>(number(block, first + i));
  }
};

/// Bytes of a matrix of this type after repacking.
inline std::size_t repackedBytes(const ConstTensorView& weight) {
  const auto blocks = static_cast<std::size_t>(weight.rows * (weight.columns / kBlockElements));
  return weight.type == DataType::Q4_K ? blocks * (128 + 16 + 4) : weight.bytes();
}

inline RepackedQ8_0 repackedQ8_0(const ConstTensorView& weight) {
  const auto* data = static_cast<const std::uint8_t*>(weight.data);
  return {data, reinterpret_cast<const __half*>(data + weight.rows * weight.columns), weight.columns};
}
inline RepackedQ4_K repackedQ4_K(const ConstTensorView& weight) {
  const std::int64_t blocks = weight.rows * (weight.columns / kBlockElements);
  const auto* data = static_cast<const std::uint8_t*>(weight.data);
  return {reinterpret_cast<const std::uint32_t*>(data), data + blocks * 128,
          reinterpret_cast<const __half2*>(data + blocks * 144), weight.columns / kBlockElements};
}
inline RepackedQ6_K repackedQ6_K(const ConstTensorView& weight) {
  const std::int64_t blocks = weight.rows * (weight.columns / kBlockElements);
  const auto* data = static_cast<const std::uint8_t*>(weight.data);
  return {reinterpret_cast<const std::uint32_t*>(data),
          reinterpret_cast<const std::uint32_t*>(data + blocks * 128), data + blocks * 192,
          reinterpret_cast<const __half*>(data + blocks * 208), weight.columns / kBlockElements};
}

/// The same weight from row `first` on.
inline RepackedQ8_0 rowsFrom(RepackedQ8_0 rows, std::int64_t first) {
  rows.numbers += first * rows.columns;
  rows.scales += first * (rows.columns / 32);
  return rows;
}
inline RepackedQ4_K rowsFrom(RepackedQ4_K rows, std::int64_t first) {
  rows.numbers += first * rows.blocksPerRow * 32;
  rows.steps += first * rows.blocksPerRow * 16;
  rows.factors += first * rows.blocksPerRow;
  return rows;
}
inline RepackedQ6_K rowsFrom(RepackedQ6_K rows, std::int64_t first) {
  rows.lows += first * rows.blocksPerRow * 32;
  rows.highs += first * rows.blocksPerRow * 16;
  rows.steps += first * rows.blocksPerRow * 16;
  rows.factors += first * rows.blocksPerRow;
  return rows;
}

}  // namespace zipage::cuda
