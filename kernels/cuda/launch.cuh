// Launches that may begin while the kernel before still runs.
#pragma once

#include <cuda_runtime.h>

#include <utility>

#include "kernels/cuda/cuda_context.h"

namespace zipage::cuda {

/// REQUIRES: the kernel calls awaitPrevious() before it touches anything but weights.
template <typename... Parameters, typename... Arguments>
void launchChained(CudaContext& context, void (*kernel)(Parameters...), dim3 grid, int threads,
                   std::size_t sharedBytes, Arguments&&... arguments) {
  cudaLaunchAttribute attribute{};
  attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attribute.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = grid;
  config.blockDim = dim3(static_cast<unsigned>(threads));
  config.dynamicSmemBytes = sharedBytes;
  config.stream = context.stream();
  config.attrs = &attribute;
  config.numAttrs = context.chainsLaunches() ? 1 : 0;
  context.remember(cudaLaunchKernelEx(&config, kernel, std::forward<Arguments>(arguments)...));
}

}  // namespace zipage::cuda
