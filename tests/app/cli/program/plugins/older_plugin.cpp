// A plug-in of a version that this program does not know.
#include "kernels/device_plugin.h"

int zipage_cuda_version() { return zipage::kPluginVersion - 1; }
void zipage_cuda_open(bool, zipage::PluginDevice*) {}
