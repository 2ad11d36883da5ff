// What a device could do at best: the two rates that every measured one is compared with. Measured anew each
// time, on the device itself, in about a second.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "kernels/device.h"

namespace zipage {

struct DeviceLimits {
  double copyBytesPerSecond = 0.0;  // bytes read plus bytes written by copies far larger than its caches
  double flopsPerSecond = 0.0;
  std::string flopsOf;  // how the operations were counted, in words
};

/// `numThreads`: those the device was opened with, where it is the CPU. Needs some 700 MB of its memory.
Result<DeviceLimits> measureDevice(Device& device, int numThreads);

}  // namespace zipage
