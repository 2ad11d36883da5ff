// Where a request in progress stands.
#pragma once

#include <cstdint>

namespace zipage {

enum class SequenceState : std::uint8_t {
  Waiting,      // holds nothing: new, or it gave way
  Prefilling,   // more than one token to go
  Running,      // one token a step
  Compressing,  // sits out until its compression is done
  Blocked,      // wants a query slot
  Suspended,    // wants a page
  Swapped,      // lies in host memory
  Finished,
};

}  // namespace zipage
