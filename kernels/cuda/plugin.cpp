#include "kernels/device_plugin.h"

#include <cuda_runtime_api.h>

#include <cstdio>

#include "kernels/cuda/cuda_device.h"

int zipage_cuda_version() { return zipage::kPluginVersion; }

void zipage_cuda_open(bool isExact, zipage::PluginDevice* opened) {
  auto device = zipage::CudaDevice::open(isExact);
  if (device)
    opened->device = device->release();
  else
    std::snprintf(opened->error, sizeof opened->error, "%s", device.error().message.c_str());
}

void* zipage_cuda_allocate_shared(std::size_t bytes) {
  void* memory = nullptr;
  return cudaHostAlloc(&memory, bytes, cudaHostAllocMapped | cudaHostAllocPortable) == cudaSuccess ? memory
                                                                                                   : nullptr;
}
