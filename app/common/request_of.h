// Whom an event of the engine is about.
#pragma once

#include <variant>

#include "engine/runtime/engine_event.h"

namespace zipage {

/// None: nobody in particular.
inline RequestId requestOf(const EngineEvent& event) {
  return std::visit([](const auto& happened) { return happened.request; }, event);
}

}  // namespace zipage
