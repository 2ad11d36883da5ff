// How KV types store the numbers of a key or a value. The one place that knows.
#pragma once

#include "kernels/cuda/support.cuh"
#include "kernels/paged_kv.h"

namespace zipage::cuda {

/// Q8_0: of each 32 numbers an F16 scale and as many int8. Rows lie on even bytes.
struct Q8Entry {};

/// The numbers of one key or value.
template <typename Entry>
struct EntryRow {
  using Piece = Entry;  // what tensor cores take for it

  const Entry* numbers;

  /// Row `slot` of a tile.
  __device__ static EntryRow of(const std::byte* tile, int slot, int headDim) {
    return {reinterpret_cast<const Entry*>(tile) + static_cast<std::int64_t>(slot) * headDim};
  }
  __device__ float at(int column) const { return widen(numbers[column]); }
  /// kCount neighbours from `column`, a multiple of kCount.
  template <int kCount>
  __device__ void load(int column, float* to) const {
    loadWide<kCount>(numbers + column, to);
  }
  /// Numbers column … + 7, as eight of Piece; for types of 16 bits, `column` a multiple of eight.
  __device__ uint4 loadPiece(int column) const {
    static_assert(sizeof(Entry) == 2);
    return *reinterpret_cast<const uint4*>(numbers + column);
  }
};

constexpr int kQ8Elements = 32;
constexpr int kQ8Bytes = 34;

/// Two bytes as halves, times `scale`: under the exponent of 1024 they are 1152 more than they are, exactly.
__device__ inline std::uint32_t scaledPair(std::uint32_t twoBytes, __half2 scale) {
  const std::uint32_t lifted = __byte_perm(twoBytes ^ 0x8080U, 0x64646464U, 0x4140);
  const __half2 numbers = __hsub2(*reinterpret_cast<const __half2*>(&lifted), __float2half2_rn(1152.0F));
  const __half2 scaled = __hmul2(numbers, scale);
  return *reinterpret_cast<const std::uint32_t*>(&scaled);
}
/// Numbers column … + 7 of a row of blocks, as halves; in global or shared memory.
__device__ inline uint4 unpackEight(const std::uint8_t* row, int column) {
  const auto* block = reinterpret_cast<const std::uint16_t*>(row + column / kQ8Elements * kQ8Bytes);
  const __half2 scale = __half2half2(__ushort_as_half(block[0]));
  const std::uint16_t* pairs = block + 1 + column % kQ8Elements / 2;
  return {scaledPair(pairs[0], scale), scaledPair(pairs[1], scale), scaledPair(pairs[2], scale),
          scaledPair(pairs[3], scale)};
}

template <>
struct EntryRow<Q8Entry> {
  using Piece = __half;

  const std::uint8_t* bytes;

  __device__ static EntryRow of(const std::byte* tile, int slot, int headDim) {
    return {reinterpret_cast<const std::uint8_t*>(tile) +
            static_cast<std::int64_t>(slot) * (headDim / kQ8Elements * kQ8Bytes)};
  }
  __device__ float at(int column) const {
    const std::uint8_t* block = bytes + column / kQ8Elements * kQ8Bytes;
    const float scale = __half2float(*reinterpret_cast<const __half*>(block));
    return scale * static_cast<float>(static_cast<std::int8_t>(block[2 + column % kQ8Elements]));
  }
  template <int kCount>
  __device__ void load(int column, float* to) const {
#pragma unroll
    for (int i = 0; i < kCount; ++i) to[i] = at(column + i);
  }
  __device__ uint4 loadPiece(int column) const { return unpackEight(bytes, column); }
};

/// Writes a row, of which `lane` has numbers lane, lane + 32, …; all lanes of a warp call.
template <typename Entry>
__device__ inline void storeRow(std::byte* tile, int slot, int headDim, const float* numbers) {
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  if constexpr (std::is_same_v<Entry, Q8Entry>) {
    std::byte* row = tile + static_cast<std::int64_t>(slot) * (headDim / kQ8Elements * kQ8Bytes);
    for (int first = 0; first < headDim; first += kQ8Elements, row += kQ8Bytes) {
      const float number = numbers[first + lane];
      const __half scale = __float2half_rn(warpMax(fabsf(number)) / 127.0F);
      const float step = __half2float(scale);
      const float inverse = step > 0.0F ? 1.0F / step : 0.0F;
      const float units = fminf(fmaxf(rintf(number * inverse), -127.0F), 127.0F);
      reinterpret_cast<std::int8_t*>(row)[2 + lane] = static_cast<std::int8_t>(units);
      if (lane == 0) *reinterpret_cast<__half*>(row) = scale;
    }
  } else {
    Entry* row = reinterpret_cast<Entry*>(tile) + static_cast<std::int64_t>(slot) * headDim;
    for (int i = lane; i < headDim; i += kWarp) row[i] = narrow<Entry>(numbers[i]);
  }
}

/// Calls with an element of the KV type.
template <typename Call>
void withEntry(DataType type, Call call) {
  if (type == DataType::Q8_0) return call(Q8Entry{});
  withElement(type, call);
}

}  // namespace zipage::cuda
