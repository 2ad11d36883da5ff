// Copies between GPU and page-locked memory that are too small for the copy engine: handing a stream over to
// it and back takes longer than the bytes do.
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/support.cuh"
#include "kernels/cuda/tensor_core.cuh"

namespace zipage::cuda {

namespace {

constexpr std::size_t kMostBytes = std::size_t{32} << 10;
constexpr int kThreads = 256;

template <typename Word>
__global__ void copyWordsKernel(const Word* from, Word* to, int count) {
  awaitPrevious();
  letNextCome();
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < count) to[i] = from[i];
}

template <typename Word>
void copyWords(CudaContext& context, void* to, const void* from, std::size_t bytes) {
  const int count = static_cast<int>(bytes / sizeof(Word));
  launchChained(context, copyWordsKernel<Word>, dim3(static_cast<unsigned>(ceilDivide(count, kThreads))),
                kThreads, 0, static_cast<const Word*>(from), static_cast<Word*>(to), count);
  context.rememberLaunch();
}

/// Memory of the host that kernels reach where it lies.
bool isPageLocked(const void* host) {
  cudaPointerAttributes attributes{};
  return cudaPointerGetAttributes(&attributes, host) == cudaSuccess &&
         attributes.type == cudaMemoryTypeHost && attributes.devicePointer == host;
}

}  // namespace

bool copySmall(CudaContext& context, void* to, const void* from, std::size_t bytes, const void* host) {
  const auto places = reinterpret_cast<std::uintptr_t>(to) | reinterpret_cast<std::uintptr_t>(from) | bytes;
  if (bytes > kMostBytes || places % sizeof(std::int32_t) != 0 || !isPageLocked(host)) return false;
  if (places % sizeof(uint4) == 0)
    copyWords<uint4>(context, to, from, bytes);
  else
    copyWords<std::int32_t>(context, to, from, bytes);
  return true;
}

}  // namespace zipage::cuda
