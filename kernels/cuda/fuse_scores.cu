// Steps 2 and 3 of a compression: running score and pooling. 8 to 16 bytes an entry, some microseconds.
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/sequence_rows.cuh"
#include "kernels/cuda/support.cuh"
#include "kernels/cuda/tensor_core.cuh"

namespace zipage::cuda {

namespace {

constexpr int kThreads = 256;

__device__ float globalOf(const FuseScoresArguments& a, HeadPlace at, std::int64_t row, int j) {
  const float attention = a.attention[row + j];
  return j < a.numScored ? fmaxf(attention, a.decay * a.entries.kv.scores[slotOf(a.entries, at, j)])
                         : attention;
}

__global__ void fuseKernel(FuseScoresArguments a) {
  awaitPrevious();
  letNextCome();
  const int n = a.entries.numEntries;
  const int j = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (j >= n) return;
  const HeadPlace at = placeOf(a.entries.kv, static_cast<int>(blockIdx.y));
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.y) * n;
  const int reach = a.poolKernel / 2;
  const float own = globalOf(a, at, row, j);
  float largest = own;
  for (int other = max(0, j - reach); other <= min(n - 1, j + reach); ++other)
    largest = fmaxf(largest, globalOf(a, at, row, other));
  a.global[row + j] = own;
  a.pooled[row + j] = largest;
}

}  // namespace

void fuseScores(CudaContext& context, const FuseScoresArguments& a) {
  const int n = a.entries.numEntries;
  if (n == 0) return;
  const dim3 grid(static_cast<unsigned>(ceilDivide(n, kThreads)),
                  static_cast<unsigned>(a.entries.kv.numLayers * a.entries.kv.kvHeads));
  launchChained(context, fuseKernel, grid, kThreads, 0, a);
  context.rememberLaunch();
}

}  // namespace zipage::cuda
