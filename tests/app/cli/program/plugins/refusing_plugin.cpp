// A plug-in that finds no GPU.
#include <cstdio>

#include "kernels/device_plugin.h"

int zipage_cuda_version() { return zipage::kPluginVersion; }
void zipage_cuda_open(bool, zipage::PluginDevice* opened) {
  std::snprintf(opened->error, sizeof opened->error, "the GPU is asleep; wake it");
}
