// Step 5 of a compression: the best entries of each layer and head, exactly, ties to the newer one. A block
// finds the smallest kept score eight bits at a time, by counting.
#include "kernels/cuda/ops.h"
#include "kernels/cuda/support.cuh"

namespace zipage::cuda {

namespace {

constexpr int kThreads = 256;
constexpr int kBins = 256;

__device__ float scoreOf(const SelectEntriesArguments& a, std::int64_t row, int j) {
  if (a.protectedEntries[j] != 0) return INFINITY;
  const float score = a.weight * a.pooled[row + j] - (1.0F - a.weight) * a.redundancy[row + j];
  return isnan(score) ? -INFINITY : score;
}

/// The ordered bits of the keep-th largest score, and how many entries with just these are kept.
struct Cut {
  std::uint32_t bits;
  int ties;
};

__device__ Cut findCut(const float* scores, int n, int keep) {
  __shared__ int bins[kBins];
  __shared__ std::uint32_t prefix;
  __shared__ int wanted;
  if (threadIdx.x == 0) {
    prefix = 0;
    wanted = keep;
  }
  for (int shift = 24; shift >= 0; shift -= 8) {
    for (int i = threadIdx.x; i < kBins; i += kThreads) bins[i] = 0;
    __syncthreads();
    const std::uint32_t known = shift == 24 ? 0 : 0xFFFFFFFFU << (shift + 8);
    for (int j = threadIdx.x; j < n; j += kThreads) {
      const std::uint32_t bits = orderedBits(scores[j]);
      if ((bits & known) == prefix) atomicAdd(&bins[bits >> shift & 255], 1);
    }
    __syncthreads();
    if (threadIdx.x == 0) {
      int bin = kBins - 1;
      while (bin > 0 && bins[bin] < wanted) wanted -= bins[bin--];
      prefix |= static_cast<std::uint32_t>(bin) << shift;
    }
    __syncthreads();
  }
  return {prefix, wanted};
}

/// How many threads before this one said yes, and how many in all.
__device__ int rankInBlock(bool says, int& total) {
  __shared__ int counts[kThreads / kWarp];
  const unsigned votes = __ballot_sync(kAllLanes, says);
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  __syncthreads();
  if (lane == 0) counts[warp] = __popc(votes);
  __syncthreads();
  int before = __popc(votes & ((1U << lane) - 1));
  total = 0;
  for (int i = 0; i < kThreads / kWarp; ++i) {
    if (i < warp) before += counts[i];
    total += counts[i];
  }
  return before;
}

__global__ void __launch_bounds__(kThreads) selectKernel(SelectEntriesArguments a) {
  const int n = a.numEntries;
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * n;
  float* scores = a.scores + row;
  for (int j = threadIdx.x; j < n; j += kThreads) scores[j] = scoreOf(a, row, j);
  __syncthreads();
  const Cut cut = findCut(scores, n, a.keep);
  if (threadIdx.x == 0) a.cut[blockIdx.x] = floatOfOrdered(cut.bits);

  int ties = 0;
  for (int first = 0; first < n; first += kThreads) {
    const int j = first + static_cast<int>(threadIdx.x);
    int total;
    rankInBlock(j < n && orderedBits(scores[j]) == cut.bits, total);
    ties += total;
  }
  // Of the ties the newest stay: those behind the first `spare`.
  const int spare = ties - cut.ties;
  int tiesBefore = 0;
  int keptBefore = 0;
  std::int32_t* kept = a.kept + static_cast<std::int64_t>(blockIdx.x) * a.keep;
  for (int first = 0; first < n; first += kThreads) {
    const int j = first + static_cast<int>(threadIdx.x);
    const std::uint32_t bits = j < n ? orderedBits(scores[j]) : 0;
    int total;
    const bool isTie = j < n && bits == cut.bits;
    const int tie = tiesBefore + rankInBlock(isTie, total);
    tiesBefore += total;
    const bool isKept = j < n && (bits > cut.bits || (isTie && tie >= spare));
    const int place = keptBefore + rankInBlock(isKept, total);
    keptBefore += total;
    if (isKept) kept[place] = j;
  }
}

}  // namespace

void selectEntries(CudaContext& context, const SelectEntriesArguments& a) {
  if (a.numEntries == 0 || a.keep == 0) return;
  selectKernel<<<static_cast<unsigned>(a.numLayers * a.kvHeads), kThreads, 0, context.stream()>>>(a);
  context.rememberLaunch();
}

}  // namespace zipage::cuda
