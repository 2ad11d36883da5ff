// The device that tests run on: the CPU, or what ZIPAGE_TEST_DEVICE names.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "kernels/device_registry.h"

namespace zipage::test {

inline const char* testDeviceName() {
  const char* named = std::getenv("ZIPAGE_TEST_DEVICE");
  return named != nullptr ? named : "cpu";
}
inline bool runsOnCpu() { return std::string_view(testDeviceName()) == "cpu"; }

/// `isExact`: as the CPU, in float32; else as the device does it for speed.
inline std::unique_ptr<Device> openTestDevice(int numThreads, bool isExact = true) {
  auto device = openDevice(testDeviceName(), {.numThreads = numThreads, .exactProducts = isExact});
  if (device) return std::move(*device);
  std::fprintf(stderr, "no device %s: %s\n", testDeviceName(), device.error().message.c_str());
  std::abort();
}

}  // namespace zipage::test
