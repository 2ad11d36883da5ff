#include "kernels/cuda_plugin.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "kernels/device_plugin.h"

namespace zipage {

namespace {

namespace fs = std::filesystem;
constexpr const char* kPlugin = "libzipage_cuda.so";

/// Beside the program, and where packages put it.
std::vector<fs::path> places() {
  std::vector<fs::path> found;
  if (const char* named = std::getenv("ZIPAGE_CUDA_PLUGIN"); named != nullptr) return {named};
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& each : {folder / kPlugin, folder / ".." / "lib" / "zipage" / kPlugin}) {
    if (fs::exists(each, error)) found.push_back(each);
  }
  return found;
}

tl::unexpected<DeviceError> missing(const std::string& what) {
  return tl::unexpected(DeviceError{what, false});
}

/// Never closed: CUDA does not survive that.
DeviceResult<void*> openPlugin(const fs::path& file) {
  void* plugin = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (plugin == nullptr)
    return missing(std::string("the CUDA plug-in cannot be loaded: ") + dlerror() +
                   "; install zipage-cuda anew");
  return plugin;
}

DeviceResult<void*> findPlugin() {
  const auto candidates = places();
  if (candidates.empty())
    return missing(
        std::string("the CUDA plug-in ") + kPlugin +
        " is not installed; it comes with the package zipage-cuda, or with a build where nvcc is found");
  return openPlugin(candidates.front());
}

template <typename Function>
Function* lookUp(void* plugin, const char* name) {
  return reinterpret_cast<Function*>(dlsym(plugin, name));
}

}  // namespace

DeviceResult<std::unique_ptr<Device>> openCudaDevice(const DeviceOptions& options) {
  static const DeviceResult<void*> plugin = findPlugin();
  if (!plugin) return tl::unexpected(plugin.error());
  auto* const version = lookUp<decltype(zipage_cuda_version)>(*plugin, "zipage_cuda_version");
  auto* const open = lookUp<decltype(zipage_cuda_open)>(*plugin, "zipage_cuda_open");
  if (version == nullptr || open == nullptr)
    return missing("the file that should be the CUDA plug-in is something else; install zipage-cuda anew");
  if (version() != kPluginVersion)
    return missing("the CUDA plug-in belongs to another version of Zipage; install the one of this version");
  PluginDevice opened;
  open(options.exactProducts, &opened);
  if (opened.device == nullptr) return missing(opened.error);
  return std::unique_ptr<Device>(opened.device);
}

}  // namespace zipage
