// How fast this machine's processor multiplies and adds at best, whatever the program it runs: the arithmetic
// bound of everything that is measured on the CPU device.
#pragma once

#include <string>

namespace zipage {

struct MultiplyAddRate {
  double flopsPerSecond = 0.0;  // float32 multiply and add, two operations a lane
  int threads = 0;
  std::string simdTarget;  // the widest instruction set found, "AVX3_ZEN4"
};

/// Measured anew each time, in well under a second. `threads` 0: as many as OpenMP would take.
MultiplyAddRate measureMultiplyAdds(int threads);

}  // namespace zipage
