// Products of 16-bit numbers on tensor cores, sums in float32, and copies that pass by the registers.
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

#include "kernels/cuda/support.cuh"

namespace zipage::cuda {

constexpr int kChunkColumns = 32;  // that a warp's lanes hold of a row with one load each

/// sums += left (16 × 16) · right (16 × 8), numbers of type T.
template <typename T>
__device__ inline void multiplyAdd(float (&sums)[4], std::uint32_t left0, std::uint32_t left1,
                                   std::uint32_t left2, std::uint32_t left3, std::uint32_t right0,
                                   std::uint32_t right1);
template <>
__device__ inline void multiplyAdd<__half>(float (&sums)[4], std::uint32_t left0, std::uint32_t left1,
                                           std::uint32_t left2, std::uint32_t left3, std::uint32_t right0,
                                           std::uint32_t right1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(left0), "r"(left1), "r"(left2), "r"(left3), "r"(right0), "r"(right1));
}
template <>
__device__ inline void multiplyAdd<__nv_bfloat16>(float (&sums)[4], std::uint32_t left0, std::uint32_t left1,
                                                  std::uint32_t left2, std::uint32_t left3,
                                                  std::uint32_t right0, std::uint32_t right1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(left0), "r"(left1), "r"(left2), "r"(left3), "r"(right0), "r"(right1));
}

/// sums += the products of rows g (`low`) and g + 8 (`high`) with right rows, over one chunk of 32 columns.
template <typename T>
__device__ inline void multiplyChunk(float (&sums)[4], const uint4& low, const uint4& high,
                                     const uint4& right) {
  multiplyAdd<T>(sums, low.x, high.x, low.y, high.y, right.x, right.y);
  multiplyAdd<T>(sums, low.z, high.z, low.w, high.w, right.z, right.w);
}

/// Sixteen bytes from global to shared memory, or zeros where `isThere` is false.
__device__ inline void copyAsync(void* shared, const void* global, bool isThere = true) {
  const auto to = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
  const int bytes = isThere ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(global), "r"(bytes) : "memory");
}
__device__ inline void endCopies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
/// Waits until at most kLater of the groups that this thread ended last are under way.
template <int kLater>
__device__ inline void waitForCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kLater) : "memory");
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
  __device__ uint4 transposed(int firstRow, int pair) const {
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    const auto from = static_cast<std::uint32_t>(
        __cvta_generic_to_shared(pieces + firstRow * kPieces + placeOf(lane % 16, pair * 2 + lane / 16)));
    uint4 fragments;
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(fragments.x), "=r"(fragments.y), "=r"(fragments.z), "=r"(fragments.w)
                 : "r"(from)
                 : "memory");
    return fragments;
  }
  static constexpr std::size_t bytes(int rows) { return static_cast<std::size_t>(rows) * kPieces * 16; }
};

/// Two numbers, rounded, as tensor cores take them.
template <typename T>
__device__ std::uint32_t packPair(float first, float second);
template <>
__device__ inline std::uint32_t packPair<__half>(float first, float second) {
  const __half2 pair = __floats2half2_rn(first, second);
  return reinterpret_cast<const std::uint32_t&>(pair);
}
template <>
__device__ inline std::uint32_t packPair<__nv_bfloat16>(float first, float second) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(first, second);
  return reinterpret_cast<const std::uint32_t&>(pair);
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
  return {packPair<T>(numbers[0], numbers[1]), packPair<T>(numbers[2], numbers[3]),
          packPair<T>(numbers[4], numbers[5]), packPair<T>(numbers[6], numbers[7])};
}

__device__ inline float powerOfTwo(float exponent) {
  float power;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(exponent));
  return power;
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

/// Calls with an element of the KV type, for types whose numbers tensor cores multiply.
template <typename Call>
bool withTensorElement(DataType type, Call call) {
  if (type == DataType::F16) return call(__half{}), true;
  if (type == DataType::BF16) return call(__nv_bfloat16{}), true;
  return false;
}

}  // namespace zipage::cuda
