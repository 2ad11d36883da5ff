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

DeviceResult<std::unique_ptr<Device>> openProcessor(const DeviceOptions& options,
                                                    const std::string& whyNoGpu) {
  if (!processorIsSupported()) {
    return tl::unexpected(DeviceError{"this processor lacks SSE4.2, which Zipage needs", false});
  }
  return std::make_unique<CpuDevice>(options.numThreads, whyNoGpu);
}

}  // namespace

DeviceResult<std::unique_ptr<Device>> openDevice(std::string_view name, const DeviceOptions& options) {
  if (name == "cpu") return openProcessor(options, {});
  if (name == "cuda") return openCudaDevice(options);
  if (name == "cuda:exact") return openCudaDevice({options.numThreads, true});
  if (name == "auto") {
    auto cuda = openCudaDevice(options);
    return cuda ? std::move(cuda) : openProcessor(options, cuda.error().message);
  }
  return tl::unexpected(DeviceError{
      "unknown device \"" + std::string(name) + "\"; there are: auto, cpu, cuda, cuda:exact", false});
}

}  // namespace zipage
