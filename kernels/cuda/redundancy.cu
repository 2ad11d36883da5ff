// Step 4 of a compression: how much an entry's key repeats what others in its segment say. Keys of some heads
// at a time become unit vectors in scratch; a block then makes 64 rows of cosines, tile by tile, and keeps of
// each row what is asked of it. The matrix is symmetric, so column j is read as row j and never stored.
#include "kernels/cuda/dot_tile.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/rotation.cuh"
#include "kernels/cuda/sequence_rows.cuh"
#include "kernels/cuda/support.cuh"

namespace zipage::cuda {

namespace {

/// Sums of cosines in fixed point: they are the same in whatever order they are added.
constexpr float kFixed = 1099511627776.0F;  // 2^40
using Fixed = unsigned long long;

struct Repeats {
  RedundancyArguments a;
  int segment;
  int dimensions;  // that are turned back; 0: none
  int firstPair;
  float* keys;  // [pairs, n, D], unit vectors
  Fixed* sums;  // [pairs, n]
};

__device__ Fixed toFixed(float value) {
  return static_cast<Fixed>(static_cast<long long>(rintf(value * 65536.0F) * (kFixed / 65536.0F)));
}
__device__ float fromFixed(Fixed value) {
  return static_cast<float>(static_cast<double>(static_cast<long long>(value)) / kFixed);
}

/// A warp for each entry. Zero keys stay zero, and are then similar to nothing.
template <typename Entry>
__global__ void unitKernel(Repeats t, bool rotatesEvery) {
  extern __shared__ float heads[];
  const RedundancyArguments& a = t.a;
  const int headDim = a.entries.kv.headDim;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  const int entry = static_cast<int>(blockIdx.x) * (static_cast<int>(blockDim.x) / kWarp) + warp;
  if (entry >= a.entries.numEntries) return;
  const HeadPlace at = placeOf(a.entries.kv, t.firstPair + static_cast<int>(blockIdx.y));
  float* head = heads + warp * headDim;
  const Entry* key = keyOf<Entry>(a.entries, at, entry);
  for (int i = lane; i < headDim; i += kWarp) head[i] = widen(key[i]);
  const bool rotates = t.dimensions > 0 && (rotatesEvery || (at.layer + 1) % a.rope.plainLayerInterval != 0);
  if (rotates)
    rotateHead(head, a.rope, t.dimensions, a.entries.kv.positions[slotOf(a.entries, at, entry)], 1.0F, -1.0F);
  __syncwarp();
  float square = 0.0F;
  for (int i = lane; i < headDim; i += kWarp) square = fmaf(head[i], head[i], square);
  square = warpSum(square);
  const float factor = square > 0.0F ? 1.0F / sqrtf(square) : 0.0F;
  const std::int64_t place = static_cast<std::int64_t>(blockIdx.y) * a.entries.numEntries + entry;
  for (int i = lane; i < headDim; i += kWarp) t.keys[place * headDim + i] = head[i] * factor;
  if (lane == 0) t.sums[place] = 0;
}

/// What is kept of one row while its columns pass in ascending order.
struct RowState {
  float sum = 0.0F;
  float best = 0.0F;       // the largest cosine with a newer entry, or 0
  int newest = -1;         // the last column above the threshold
  float duplicate = 0.0F;  // its cosine
};

__device__ RowState joined(const RowState& a, const RowState& b) {
  RowState result;
  result.sum = a.sum + b.sum;
  result.best = fmaxf(a.best, b.best);
  result.newest = max(a.newest, b.newest);
  result.duplicate = a.newest > b.newest ? a.duplicate : b.duplicate;
  return result;
}

__global__ void __launch_bounds__(kTileThreads) cosineKernel(Repeats t) {
  __shared__ TileShared shared;
  const RedundancyArguments& a = t.a;
  const int n = a.entries.numEntries;
  const int headDim = a.entries.kv.headDim;
  const int segmentStart = static_cast<int>(blockIdx.y) * t.segment;
  const int segmentEnd = min(n, segmentStart + t.segment);
  const int firstRow = segmentStart + static_cast<int>(blockIdx.x) * kTileRows;
  if (firstRow >= segmentEnd) return;
  const std::int64_t pair = blockIdx.z;
  const float* keys = t.keys + pair * n * headDim;
  RowState states[4];
  const int row = firstRow + static_cast<int>(threadIdx.x) / 16 * 4;
  for (int firstColumn = segmentStart; firstColumn < segmentEnd; firstColumn += kTileRows) {
    const auto keyAt = [&](int first, int r, int k) {
      return first + r < segmentEnd ? keys[static_cast<std::int64_t>(first + r) * headDim + k] : 0.0F;
    };
    float sums[4][4];
    tileProducts(
        shared, headDim, [&](int r, int k) { return keyAt(firstRow, r, k); },
        [&](int r, int k) { return keyAt(firstColumn, r, k); }, sums);
    const int column = firstColumn + static_cast<int>(threadIdx.x) % 16 * 4;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
#pragma unroll
      for (int j = 0; j < 4; ++j) {
        if (column + j >= segmentEnd || column + j == row + i) continue;
        RowState& state = states[i];
        state.sum += sums[i][j];
        if (column + j > row + i) state.best = fmaxf(state.best, sums[i][j]);
        if (sums[i][j] > a.similarityThreshold) {
          state.newest = column + j;
          state.duplicate = sums[i][j];
        }
      }
    }
  }
  // The sixteen neighbouring threads share rows.
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    for (int offset = 8; offset > 0; offset /= 2) {
      RowState other;
      other.sum = __shfl_xor_sync(kAllLanes, states[i].sum, offset);
      other.best = __shfl_xor_sync(kAllLanes, states[i].best, offset);
      other.newest = __shfl_xor_sync(kAllLanes, states[i].newest, offset);
      other.duplicate = __shfl_xor_sync(kAllLanes, states[i].duplicate, offset);
      states[i] = joined(states[i], other);
    }
    if (threadIdx.x % 16 != 0 || row + i >= segmentEnd) continue;
    Fixed* sums = t.sums + pair * n;
    const float own = states[i].sum + a.repeatWeight * static_cast<float>(t.segment) * states[i].best;
    atomicAdd(sums + row + i, toFixed(own));
    if (states[i].newest >= 0) atomicAdd(sums + states[i].newest, ~toFixed(states[i].duplicate) + 1);
  }
}

__global__ void softmaxKernel(Repeats t) {
  const int n = t.a.entries.numEntries;
  const Fixed* sums = t.sums + static_cast<std::int64_t>(blockIdx.x) * n;
  float* output = t.a.redundancy + (static_cast<std::int64_t>(t.firstPair) + blockIdx.x) * n;
  const float factor = 1.0F / (t.a.temperature * static_cast<float>(t.segment));
  float top = -FLT_MAX;
  for (int j = threadIdx.x; j < n; j += blockDim.x) top = fmaxf(top, fromFixed(sums[j]) * factor);
  top = joinBlock(top, Largest{});
  float total = 0.0F;
  for (int j = threadIdx.x; j < n; j += blockDim.x) {
    const float weight = expf(fromFixed(sums[j]) * factor - top);
    output[j] = weight;
    total += weight;
  }
  total = joinBlock(total, Sum{});
  for (int j = threadIdx.x; j < n; j += blockDim.x) output[j] /= total;
}

}  // namespace

void redundancy(CudaContext& context, const RedundancyArguments& a) {
  const PagedKv& kv = a.entries.kv;
  const int n = a.entries.numEntries;
  if (n == 0) return;
  Repeats t{a};
  t.segment = a.segmentTokens > 0 ? a.segmentTokens : n;
  t.dimensions = a.positionFree && a.rope.inverseFrequencies != nullptr
                     ? (a.rope.dimensions > 0 ? a.rope.dimensions : kv.headDim)
                     : 0;
  const int numPairs = kv.numLayers * kv.kvHeads;
  const std::size_t perPair = static_cast<std::size_t>(n) * (kv.headDim * sizeof(float) + sizeof(Fixed));
  const int pairs = headsAtATime(numPairs, perPair);
  std::byte* scratch = context.scratch(perPair * pairs);
  if (scratch == nullptr) return;
  t.sums = reinterpret_cast<Fixed*>(scratch);
  t.keys = reinterpret_cast<float*>(t.sums + static_cast<std::size_t>(n) * pairs);
  constexpr int kWarps = 4;
  for (t.firstPair = 0; t.firstPair < numPairs; t.firstPair += pairs) {
    const auto count = static_cast<unsigned>(std::min(pairs, numPairs - t.firstPair));
    withElement(kv.type, [&](auto entry) {
      unitKernel<decltype(entry)>
          <<<dim3(static_cast<unsigned>(ceilDivide(n, kWarps)), count), kWarps * kWarp,
             kWarps * kv.headDim * sizeof(float), context.stream()>>>(t, a.rope.plainLayerInterval == 0);
    });
    const dim3 tiles(static_cast<unsigned>(ceilDivide(std::min(n, t.segment), kTileRows)),
                     static_cast<unsigned>(ceilDivide(n, t.segment)), count);
    cosineKernel<<<tiles, kTileThreads, 0, context.stream()>>>(t);
    softmaxKernel<<<count, 256, 0, context.stream()>>>(t);
  }
  context.rememberLaunch();
}

}  // namespace zipage::cuda
