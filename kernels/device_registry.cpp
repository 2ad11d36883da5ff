#include "kernels/device_registry.h"

#include "kernels/cpu/cpu_device.h"

namespace zipage {

DeviceResult<std::unique_ptr<Device>> openDevice(std::string_view name, const DeviceOptions& options) {
  if (name == "cpu" || name == "auto") return std::make_unique<CpuDevice>(options.numThreads);
  return tl::unexpected(DeviceError{"unknown device \"" + std::string(name) + "\"; there are: auto, cpu", false});
}

}  // namespace zipage
