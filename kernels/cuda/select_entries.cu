// Step 5 of a compression: the best entries of each layer and head, exactly, ties to the newer one. A block
// finds the smallest kept score eight bits at a time, by counting, with its scores in shared memory where
// they fit.
//
// Bound: 16 bytes an entry are read or written, 11 MB for 2,304 entries of 288 heads, which is nothing; what
// counts is that a block waits for its own passes, so each has as few barriers as it can.
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/support.cuh"
#include "kernels/cuda/tensor_core.cuh"

namespace zipage::cuda {

namespace {

constexpr int kThreads = 512;
constexpr int kWarps = kThreads / kWarp;
constexpr int kBins = 256;
constexpr int kMostInShared = 10 * 1024;  // scores

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

/// The bin that holds the wanted-th of what was counted, from the last bin down, and how many of it are
/// wanted; by the first warp, eight bins a lane.
__device__ void findBin(const int* bins, int shift, Cut& cut) {
  constexpr int kPerLane = kBins / kWarp;
  const int lane = static_cast<int>(threadIdx.x);
  int own = 0;
  for (int i = 0; i < kPerLane; ++i) own += bins[lane * kPerLane + i];
  int above = own;  // of this lane's bins and of those behind them
  for (int offset = 1; offset < kWarp; offset *= 2) {
    const int other = __shfl_down_sync(kAllLanes, above, offset);
    if (lane + offset < kWarp) above += other;
  }
  int wanted = cut.ties;
  __syncwarp();  // everybody has read it
  if (above < wanted || above - own >= wanted) return;
  wanted -= above - own;
  int bin = lane * kPerLane + kPerLane - 1;
  while (bins[bin] < wanted) wanted -= bins[bin--];
  cut.bits |= static_cast<std::uint32_t>(bin) << shift;
  cut.ties = wanted;
}

__device__ Cut findCut(const float* scores, int n, int keep) {
  __shared__ int bins[kBins];
  __shared__ Cut cut;
  if (threadIdx.x == 0) cut = {0, keep};
  for (int shift = 24; shift >= 0; shift -= 8) {
    for (int i = threadIdx.x; i < kBins; i += kThreads) bins[i] = 0;
    __syncthreads();
    const std::uint32_t known = shift == 24 ? 0 : 0xFFFFFFFFU << (shift + 8);
    const std::uint32_t prefix = cut.bits;
    for (int first = 0; first < n; first += kThreads) {
      const int j = first + static_cast<int>(threadIdx.x);
      const std::uint32_t bits = j < n ? orderedBits(scores[j]) : 0;
      const int bin = j < n && (bits & known) == prefix ? static_cast<int>(bits >> shift & 255) : -1;
      // Scores are much alike: lanes with the same bin count together.
      const unsigned same = __match_any_sync(kAllLanes, bin);
      if (bin >= 0 && __ffs(static_cast<int>(same)) - 1 == static_cast<int>(threadIdx.x) % kWarp)
        atomicAdd(&bins[bin], __popc(same));
    }
    __syncthreads();
    if (threadIdx.x < kWarp) findBin(bins, shift, cut);
    __syncthreads();
  }
  return cut;
}

/// Two counts of every thread, summed over the threads before this one, and over all.
struct Counts {
  int kept;
  int ties;
};
__device__ Counts sumBefore(Counts own, Counts& all) {
  __shared__ Counts warps[kWarps];
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  Counts sum = own;
  for (int offset = 1; offset < kWarp; offset *= 2) {
    const Counts other = {__shfl_up_sync(kAllLanes, sum.kept, offset),
                          __shfl_up_sync(kAllLanes, sum.ties, offset)};
    if (lane >= offset) sum = {sum.kept + other.kept, sum.ties + other.ties};
  }
  if (lane == kWarp - 1) warps[warp] = sum;
  __syncthreads();
  Counts before = {sum.kept - own.kept, sum.ties - own.ties};
  all = {0, 0};
  for (int i = 0; i < kWarps; ++i) {
    if (i < warp) before = {before.kept + warps[i].kept, before.ties + warps[i].ties};
    all = {all.kept + warps[i].kept, all.ties + warps[i].ties};
  }
  return before;
}

/// A thread looks through a stretch of neighbouring entries, of an odd length so that no bank is met twice.
__global__ void __launch_bounds__(kThreads) selectKernel(SelectEntriesArguments a, bool isInShared) {
  awaitPrevious();
  letNextCome();
  extern __shared__ float room[];
  const int n = a.numEntries;
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * n;
  float* scores = isInShared ? room : a.scores + row;
  for (int j = threadIdx.x; j < n; j += kThreads) {
    const float score = scoreOf(a, row, j);
    a.scores[row + j] = score;
    if (isInShared) scores[j] = score;
  }
  __syncthreads();
  const Cut cut = findCut(scores, n, a.keep);
  if (threadIdx.x == 0) a.cut[blockIdx.x] = floatOfOrdered(cut.bits);

  const int length = ceilDivide(n, kThreads) | 1;
  const int first = min(n, static_cast<int>(threadIdx.x) * length);
  const int last = min(n, first + length);
  Counts own = {0, 0};
  for (int j = first; j < last; ++j) {
    const std::uint32_t bits = orderedBits(scores[j]);
    own = {own.kept + (bits > cut.bits ? 1 : 0), own.ties + (bits == cut.bits ? 1 : 0)};
  }
  Counts all;
  const Counts before = sumBefore(own, all);
  // Of the ties the newest stay: those behind the first `spare`.
  const int spare = all.ties - cut.ties;
  int tie = before.ties;
  std::int32_t* kept =
      a.kept + static_cast<std::int64_t>(blockIdx.x) * a.keep + before.kept + max(0, before.ties - spare);
  for (int j = first; j < last; ++j) {
    const std::uint32_t bits = orderedBits(scores[j]);
    if (bits > cut.bits || (bits == cut.bits && tie++ >= spare)) *kept++ = j;
  }
}

}  // namespace

void selectEntries(CudaContext& context, const SelectEntriesArguments& a) {
  if (a.numEntries == 0 || a.keep == 0) return;
  const bool isInShared = a.numEntries <= kMostInShared;
  launchChained(context, selectKernel, dim3(static_cast<unsigned>(a.numLayers * a.kvHeads)), kThreads,
                isInShared ? a.numEntries * sizeof(float) : 0, a, isInShared);
  context.rememberLaunch();
}

}  // namespace zipage::cuda
