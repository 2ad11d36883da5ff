// Finds and opens the CUDA plug-in, if this machine has what it needs.
#pragma once

#include "kernels/device_registry.h"

namespace zipage {

/// An error says what is missing and what to do: the plug-in, a library it needs, the driver, a GPU.
DeviceResult<std::unique_ptr<Device>> openCudaDevice(const DeviceOptions& options);

}  // namespace zipage
