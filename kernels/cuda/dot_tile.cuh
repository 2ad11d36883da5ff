// Products of 64 rows with 64 others, by 256 threads in float32: each thread makes 4 × 4 of them.
#pragma once

#include "kernels/cuda/support.cuh"

namespace zipage::cuda {

constexpr int kTileRows = 64;
constexpr int kTileThreads = 256;
constexpr int kTileDepth = 32;

struct TileShared {
  float left[kTileDepth][kTileRows + 4];
  float right[kTileDepth][kTileRows + 4];
};

/// sums[i][j] = left row (thread / 16 · 4 + i) · right row (thread % 16 · 4 + j). leftAt(row, column) and
/// rightAt(row, column) give numbers, and 0 beyond the rows there are. All 256 threads call.
template <typename LeftAt, typename RightAt>
__device__ inline void tileProducts(TileShared& shared, int depth, LeftAt leftAt, RightAt rightAt,
                                    float (&sums)[4][4]) {
  const int thread = static_cast<int>(threadIdx.x);
  const int row = thread / 16 * 4;
  const int column = thread % 16 * 4;
  for (auto& line : sums) {
    for (float& sum : line) sum = 0.0F;
  }
  for (int first = 0; first < depth; first += kTileDepth) {
    __syncthreads();
    for (int i = thread; i < kTileRows * kTileDepth; i += kTileThreads) {
      const int r = i / kTileDepth;
      const int k = i % kTileDepth;
      const bool isInside = first + k < depth;
      shared.left[k][r] = isInside ? leftAt(r, first + k) : 0.0F;
      shared.right[k][r] = isInside ? rightAt(r, first + k) : 0.0F;
    }
    __syncthreads();
#pragma unroll 8
    for (int k = 0; k < kTileDepth; ++k) {
      const float4 a = *reinterpret_cast<const float4*>(&shared.left[k][row]);
      const float4 b = *reinterpret_cast<const float4*>(&shared.right[k][column]);
      const float left[4] = {a.x, a.y, a.z, a.w};
      const float right[4] = {b.x, b.y, b.z, b.w};
#pragma unroll
      for (int i = 0; i < 4; ++i) {
#pragma unroll
        for (int j = 0; j < 4; ++j) sums[i][j] = fmaf(left[i], right[j], sums[i][j]);
      }
    }
  }
}

}  // namespace zipage::cuda
