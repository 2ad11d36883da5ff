// Step 4 of a compression: how much an entry's key repeats what others in its segment say. Cosines come from
// tensor cores (redundancy_tiles.cu) or, in the exact mode and for types that those do not know, from here:
// keys of some heads at a time become unit vectors in scratch; a block then makes 64 rows of cosines, tile by
// tile, and keeps of each row what is asked of it. The matrix is symmetric, so column j is read as row j and
// never stored.
#include "kernels/cuda/redundancy.cuh"

#include <algorithm>

#include "kernels/cuda/dot_tile.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/rotation.cuh"
#include "kernels/cuda/support.cuh"
#include "kernels/cuda/tensor_core.cuh"

namespace zipage::cuda {

namespace {

constexpr int kSoftmaxThreads = 512;

struct ExactRepeats : Repeats {
  float* keys;  // [pairs, n, D], unit vectors
};

/// A warp for each entry. Zero keys stay zero, and are then similar to nothing.
template <typename Entry>
__global__ void unitKernel(ExactRepeats t) {
  extern __shared__ float heads[];
  const RedundancyArguments& a = t.a;
  const int headDim = a.entries.kv.headDim;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  const int entry = static_cast<int>(blockIdx.x) * (static_cast<int>(blockDim.x) / kWarp) + warp;
  if (entry >= a.entries.numEntries) return;
  const HeadPlace at = placeOf(a.entries.kv, t.firstPair + static_cast<int>(blockIdx.y));
  float* head = heads + warp * headDim;
  const auto key = keyOf<Entry>(a.entries, at, entry);
  for (int i = lane; i < headDim; i += kWarp) head[i] = key.at(i);
  if (t.turnsBack(at.layer))
    rotateHead(head, a.rope, t.dimensions, a.entries.kv.positions[slotOf(a.entries, at, entry)], 1.0F, -1.0F);
  __syncwarp();
  float square = 0.0F;
  for (int i = lane; i < headDim; i += kWarp) square = fmaf(head[i], head[i], square);
  square = warpSum(square);
  const float factor = square > 0.0F ? 1.0F / sqrtf(square) : 0.0F;
  const std::int64_t place = static_cast<std::int64_t>(blockIdx.y) * a.entries.numEntries + entry;
  for (int i = lane; i < headDim; i += kWarp) t.keys[place * headDim + i] = head[i] * factor;
  if (lane == 0) t.cleared[place] = 0;
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

__global__ void __launch_bounds__(kTileThreads) cosineKernel(ExactRepeats t) {
  __shared__ TileShared shared;
  const RedundancyArguments& a = t.a;
  const int n = a.entries.numEntries;
  const int headDim = a.entries.kv.headDim;
  const int segment = static_cast<int>(blockIdx.y);
  const int segmentStart = t.segments.start(segment);
  const int segmentEnd = t.segments.start(segment + 1);
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
    const float share = 1.0F / static_cast<float>(t.segments.divisor(segment));
    t.own[pair * n + row + i] = states[i].sum * share + a.repeatWeight * states[i].best;
    if (states[i].newest >= 0)
      atomicAdd(t.cleared + pair * n + states[i].newest, toFixed(states[i].duplicate * share));
  }
}

/// A block for each pair. Logits lie in the output until they have become weights.
__global__ void __launch_bounds__(kSoftmaxThreads) softmaxKernel(Repeats t) {
  awaitPrevious();
  letNextCome();
  const int n = t.a.entries.numEntries;
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * n;
  float* output = t.a.redundancy + static_cast<std::int64_t>(t.firstPair) * n + first;
  float top = -FLT_MAX;
  for (int j = threadIdx.x; j < n; j += kSoftmaxThreads) {
    const float logit = (t.own[first + j] - fromFixed(t.cleared[first + j])) / t.a.temperature;
    output[j] = logit;
    top = fmaxf(top, logit);
  }
  top = joinBlock(top, Largest{});
  float total = 0.0F;
  for (int j = threadIdx.x; j < n; j += kSoftmaxThreads) {
    const float weight = expf(output[j] - top);
    output[j] = weight;
    total += weight;
  }
  total = joinBlock(total, Sum{});
  for (int j = threadIdx.x; j < n; j += kSoftmaxThreads) output[j] /= total;
}

std::size_t exactBytes(const Repeats& t) {
  return static_cast<std::size_t>(t.a.entries.numEntries) * t.a.entries.kv.headDim * sizeof(float);
}

void launchExact(CudaContext& context, const Repeats& repeats, std::byte* scratch, int pairs) {
  constexpr int kWarps = 4;
  const PagedKv& kv = repeats.a.entries.kv;
  const ExactRepeats t{repeats, reinterpret_cast<float*>(scratch)};
  const auto count = static_cast<unsigned>(pairs);
  withEntry(kv.type, [&](auto entry) {
    unitKernel<decltype(entry)>
        <<<dim3(static_cast<unsigned>(ceilDivide(t.segments.numEntries, kWarps)), count), kWarps * kWarp,
           kWarps * kv.headDim * sizeof(float), context.stream()>>>(t);
  });
  const dim3 tiles(static_cast<unsigned>(ceilDivide(t.segments.longest(), kTileRows)),
                   static_cast<unsigned>(t.segments.count()), count);
  cosineKernel<<<tiles, kTileThreads, 0, context.stream()>>>(t);
}

}  // namespace

void redundancy(CudaContext& context, const RedundancyArguments& a) {
  const PagedKv& kv = a.entries.kv;
  const auto n = static_cast<std::size_t>(a.entries.numEntries);
  if (n == 0) return;
  Repeats t{a, a.segments()};
  t.dimensions = a.positionFree && a.rope.inverseFrequencies != nullptr
                     ? (a.rope.dimensions > 0 ? a.rope.dimensions : kv.headDim)
                     : 0;
  const bool usesTensors = !context.isExact() && hasTensorCosines(t);
  const int numPairs = kv.numLayers * kv.kvHeads;
  const std::size_t keyBytes = usesTensors ? tensorCosineBytes(t) : exactBytes(t);
  const std::size_t perPair = keyBytes + n * (sizeof(float) + sizeof(Fixed));
  const int pairs = headsAtATime(numPairs, perPair);
  std::byte* scratch = context.scratch(perPair * pairs);
  if (scratch == nullptr) return;
  std::byte* keys = scratch;
  t.cleared = reinterpret_cast<Fixed*>(keys + keyBytes * pairs);
  t.own = reinterpret_cast<float*>(t.cleared + n * pairs);
  for (t.firstPair = 0; t.firstPair < numPairs; t.firstPair += pairs) {
    const int count = std::min(pairs, numPairs - t.firstPair);
    (usesTensors ? launchTensorCosines : launchExact)(context, t, keys, count);
    launchChained(context, softmaxKernel, dim3(static_cast<unsigned>(count)), kSoftmaxThreads, 0, t);
  }
  context.rememberLaunch();
}

}  // namespace zipage::cuda
