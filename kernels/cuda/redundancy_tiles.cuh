// Step 4 of a compression on tensor cores: what making unit keys (unit_keys.cu) and comparing them
// (redundancy_tiles.cu) share.
#pragma once

#include "kernels/cuda/redundancy.cuh"
#include "kernels/cuda/tensor_tile.cuh"

namespace zipage::cuda {

constexpr int kUnitRows = 128;    // entries that one block makes unit keys of
constexpr int kSlotColumns = 16;  // of a key that one of its threads holds

struct TensorRepeats : Repeats {
  int chunks;            // of 32 columns in a unit key
  int unitTiles;         // of kUnitRows entries in the longest segment
  __half* keys;          // [pairs, n, chunks · 32], zeros behind the head
  float* totals;         // [pairs, segments, unitTiles, chunks · 32]: sums of unit keys
  std::int32_t* newest;  // [pairs, n]: the newest near-duplicate, if it is newer or near; else −1
  std::uint8_t*
      hits;     // [pairs, segments, squares, squares]: 1 where rows have a near-duplicate among columns
  int squares;  // of kColumns entries in the longest segment

  __host__ __device__ int width() const { return chunks * kChunkColumns; }
  __device__ float* totalsOf(std::int64_t pair, int segment) const {
    return totals + (pair * segments.count() + segment) * unitTiles * width();
  }
  __device__ std::uint8_t& hit(std::int64_t pair, int segment, int rows, int columns) const {
    return hits[((pair * segments.count() + segment) * squares + rows) * squares + columns];
  }
};
/// Enqueues unit keys, turned back by their rotation, and the sums of each stretch of kUnitRows of them.
void launchUnitKeys(CudaContext& context, const TensorRepeats& t, int pairs);

}  // namespace zipage::cuda
