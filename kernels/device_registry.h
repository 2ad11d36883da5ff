// Which devices this machine has, and how to open one by name.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "kernels/device.h"

namespace zipage {

struct DeviceOptions {
  int numThreads = 0;          // CPU: worker threads; 0: all cores this process may use
  bool exactProducts = false;  // CUDA: every product in float32, whatever it costs
};

/// "cpu"; "cuda"; "cuda:exact", every product in float32; or "auto": the GPU where one can be used, else the
/// CPU, whose DeviceInfo then says why. An unknown name is an error that lists the names there are; one that
/// cannot be opened says what is missing and what to do.
DeviceResult<std::unique_ptr<Device>> openDevice(std::string_view name, const DeviceOptions& options = {});

}  // namespace zipage
