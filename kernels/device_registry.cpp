#include "kernels/device_registry.h"

#include "kernels/cpu/cpu_device.h"
#include "kernels/cuda_plugin.h"

namespace zipage {

namespace {

bool processorIsSupported() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("sse4.2") != 0;  // the CPU kernels are compiled for no less
#else
  return true;
#endif
}

}  // namespace

DeviceResult<std::unique_ptr<Device>> openDevice(std::string_view name, const DeviceOptions& options) {
  if (name != "cpu" && name != "cuda" && name != "auto") {
    return tl::unexpected(
        DeviceError{"unknown device \"" + std::string(name) + "\"; there are: auto, cpu, cuda", false});
  }
  if (name == "cuda") return openCudaDevice(options);
  if (name == "auto") {
    if (auto cuda = openCudaDevice(options)) return cuda;
  }
  if (!processorIsSupported()) {
    return tl::unexpected(DeviceError{"this processor lacks SSE4.2, which Zipage needs", false});
  }
  return std::make_unique<CpuDevice>(options.numThreads);
}

}  // namespace zipage
