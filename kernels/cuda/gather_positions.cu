// Which token each entry is. A copy a head and page takes some microseconds of the host, and a model has
// thousands of those; this moves 8 bytes an entry in one launch.
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/sequence_rows.cuh"
#include "kernels/cuda/support.cuh"
#include "kernels/cuda/tensor_core.cuh"

namespace zipage::cuda {

namespace {

constexpr int kThreads = 256;

__global__ void gatherKernel(GatherPositionsArguments a) {
  awaitPrevious();
  letNextCome();
  const int n = a.entries.numEntries;
  const int j = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (j >= n) return;
  const HeadPlace at = placeOf(a.entries.kv, static_cast<int>(blockIdx.y));
  a.positions[static_cast<std::int64_t>(blockIdx.y) * n + j] =
      a.entries.kv.positions[slotOf(a.entries, at, j)];
}

}  // namespace

void gatherPositions(CudaContext& context, const GatherPositionsArguments& a) {
  const int n = a.entries.numEntries;
  if (n == 0) return;
  const dim3 grid(static_cast<unsigned>(ceilDivide(n, kThreads)),
                  static_cast<unsigned>(a.entries.kv.numLayers * a.entries.kv.kvHeads));
  launchChained(context, gatherKernel, grid, kThreads, 0, a);
  context.rememberLaunch();
}

}  // namespace zipage::cuda
