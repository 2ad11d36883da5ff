// What this machine's processor could do at best: the two rates every measured rate is compared with.
// Measured anew each time, in about a second.
#pragma once

#include <string>

namespace zipage {

struct MachineLimits {
  int threads = 0;
  std::string simdTarget;           // the widest instruction set found, "AVX3_ZEN4"
  double copyBytesPerSecond = 0.0;  // bytes read plus bytes written by copies far larger than the caches
  double flopsPerSecond = 0.0;      // float32 multiply and add, two operations a lane
};

/// `threads` 0: as many as OpenMP would take.
MachineLimits measureMachine(int threads);

/// The instruction set that measurements and ops choose on this processor.
std::string simdTargetName();

}  // namespace zipage
