// Which devices this machine has, and how to open one by name.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "kernels/device.h"

namespace zipage {

struct DeviceOptions {
  int numThreads = 0;  // CPU: worker threads; 0: all cores this process may use
};

/// "cpu" or "auto". An unknown name is an error that lists the names there are.
DeviceResult<std::unique_ptr<Device>> openDevice(std::string_view name, const DeviceOptions& options = {});

}  // namespace zipage
