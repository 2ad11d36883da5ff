// What a sequence that will be compressed must have before it may start.
#pragma once

#include <cstdint>

namespace zipage {

enum class AdmissionMode : std::uint8_t {
  Constrained,  // a bounded sequence waits for a query slot and for all pages it may ever hold
  Hybrid,       // it also runs without a query slot, until it is a window away from needing one
};

}  // namespace zipage
