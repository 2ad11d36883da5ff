// Rows of 16-bit numbers for products on tensor cores (tensor_core.cuh), sums in float32.
//
// A warp's lane 4 g + t holds, of a row g, neighbouring numbers 32 c + 8 t … + 7 of every chunk c of 32: 16
// bytes, which are one load. The hardware's order of columns within a product is another one, but a dot
// product does not mind an order that both sides share. So rows come from global or shared memory as they
// lie, without a transposing load. Of one product of 16 × 8, lane 4 g + t gets
//
//   sums[0], sums[1]   row g,     columns 2 t, 2 t + 1
//   sums[2], sums[3]   row g + 8, columns 2 t, 2 t + 1
#pragma once

#include <type_traits>

#include "kernels/cuda/kv_entries.cuh"
#include "kernels/cuda/support.cuh"
#include "kernels/cuda/tensor_core.cuh"

namespace zipage::cuda {

constexpr int kChunkColumns = 32;  // that a warp's lanes hold of a row with one load each

/// sums += the products of rows g (`low`) and g + 8 (`high`) with right rows, over one chunk of 32 columns.
template <typename T>
__device__ inline void multiplyChunk(float (&sums)[4], const uint4& low, const uint4& high,
                                     const uint4& right) {
  multiplyAdd(sums, low.x, high.x, low.y, high.y, right.x, right.y, T{});
  multiplyAdd(sums, low.z, high.z, low.w, high.w, right.z, right.w, T{});
}

/// Rows of kChunks · 32 numbers of 16 bits in shared memory. Their 16-byte pieces change places within a row,
/// so that no bank is met twice, neither by eight lanes that read one chunk of two rows nor by eight that
/// read the same piece of eight rows.
template <int kChunks>
struct RowTile {
  static constexpr int kPieces = kChunks * 4;

  uint4* pieces;

  __device__ static int placeOf(int row, int piece) {
    const int turn = row >> 1 & 3;
    return row * kPieces + (piece ^ (kChunks % 2 == 0 ? (row & 1) << 2 | turn : turn));
  }
  __device__ uint4& at(int row, int piece) const { return pieces[placeOf(row, piece)]; }
  /// What lane 4 g + t holds of row firstRow + g, a multiple of eight.
  __device__ const uint4& chunk(int firstRow, int chunk) const {
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    return pieces[firstRow * kPieces + placeOf(lane / 4, chunk * 4 + lane % 4)];
  }
  /// Of rows firstRow … + 15 and columns 16 · pair … + 15, turned around: what products take as their right
  /// side when rows are summed over, for two times eight columns.
  __device__ void turned(std::uint32_t (&to)[4], int firstRow, int pair) const {
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    loadMatricesTransposed(
        to, sharedAddress(pieces + firstRow * kPieces + placeOf(lane % 16, pair * 2 + lane / 16)));
  }
  static constexpr std::size_t bytes(int rows) { return static_cast<std::size_t>(rows) * kPieces * 16; }
};

/// Eight numbers, rounded.
template <typename T>
__device__ inline uint4 packPiece(const float* from) {
  return {pairOf(from[0], from[1], T{}), pairOf(from[2], from[3], T{}), pairOf(from[4], from[5], T{}),
          pairOf(from[6], from[7], T{})};
}
/// Eight numbers as floats.
template <typename T>
__device__ inline void widenPiece(const uint4& piece, float* to) {
  const auto* numbers = reinterpret_cast<const T*>(&piece);
#pragma unroll
  for (int i = 0; i < 8; ++i) to[i] = widen(numbers[i]);
}

/// Numbers column … + 7 of a row that is stored as `type`, as T. `column` is a multiple of eight.
template <typename T>
__device__ inline uint4 convertPiece(const void* row, DataType type, std::int64_t column) {
  float numbers[8];
  if (type == DataType::F32)
    loadWide<8>(static_cast<const float*>(row) + column, numbers);
  else if (type == DataType::F16)
    loadWide<8>(static_cast<const __half*>(row) + column, numbers);
  else
    loadWide<8>(static_cast<const __nv_bfloat16*>(row) + column, numbers);
  return packPiece<T>(numbers);
}

/// Calls with the number of chunks of 32 that hold `headDim` numbers, as a constant; up to 256.
template <typename Call>
void withChunks(int headDim, Call call) {
  if (headDim <= 64) return call(std::integral_constant<int, 2>{});
  if (headDim <= 96) return call(std::integral_constant<int, 3>{});
  if (headDim <= 128) return call(std::integral_constant<int, 4>{});
  if (headDim <= 192) return call(std::integral_constant<int, 6>{});
  return call(std::integral_constant<int, 8>{});
}
inline int chunksOf(int headDim) {
  int chunks = 0;
  withChunks(headDim, [&](auto count) { chunks = count; });
  return chunks;
}

/// Calls with an element of the KV type, for types whose numbers tensor cores multiply, as EntryRow gives
/// them.
template <typename Call>
bool withTensorEntry(DataType type, Call call) {
  if (type == DataType::Q8_0) return call(Q8Entry{}), true;
  if (type == DataType::F16) return call(__half{}), true;
  if (type == DataType::BF16) return call(__nv_bfloat16{}), true;
  return false;
}

}  // namespace zipage::cuda
