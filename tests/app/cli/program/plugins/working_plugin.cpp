// A plug-in whose GPU is the processor. It keeps keys and values as float32 alone.
#include "kernels/cpu/cpu_device.h"
#include "kernels/device_plugin.h"

namespace {

class PretendedGpu final : public zipage::CpuDevice {
 public:
  explicit PretendedGpu(bool isExact) : CpuDevice(1), m_info(CpuDevice::info()) {
    m_info.name = "cuda";
    m_info.description = isExact ? "a pretended GPU, float32 products" : "a pretended GPU";
    m_info.kvTypes = {zipage::DataType::F32};
  }
  const zipage::DeviceInfo& info() const override { return m_info; }

 private:
  zipage::DeviceInfo m_info;
};

}  // namespace

int zipage_cuda_version() { return zipage::kPluginVersion; }
void zipage_cuda_open(bool isExact, zipage::PluginDevice* opened) {
  opened->device = new PretendedGpu(isExact);
}
