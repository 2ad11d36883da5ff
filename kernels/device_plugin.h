// What a plug-in with a device must offer: the functions by which libzipage_cuda.so is looked up at run time.
#pragma once

#include <cstddef>

#include "kernels/device.h"

namespace zipage {

/// Raised whenever Device or anything in its arguments changes: a plug-in of another build is refused.
constexpr int kPluginVersion = 10;

struct PluginDevice {
  Device* device = nullptr;  // owned by the caller; null: `error` says why
  char error[512] = {};
};

}  // namespace zipage

extern "C" {
/// kPluginVersion of the plug-in.
int zipage_cuda_version();
/// The first GPU. `isExact`: every product in float32.
void zipage_cuda_open(bool isExact, zipage::PluginDevice* opened);
/// Host memory that the GPU reads and writes at the same addresses, or null. For tests.
void* zipage_cuda_allocate_shared(std::size_t bytes);
}
