// Memory of this process and this machine, in bytes, as the kernel tells it. 0: not known.
#pragma once

#include <cstdint>

namespace zipage {

std::int64_t residentBytes();    // VmRSS of this process
std::int64_t totalMemory();      // of the machine
std::int64_t availableMemory();  // what can be had without swapping

}  // namespace zipage
