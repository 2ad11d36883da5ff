// What an engine has to tell of its memory since the last time; what one frame of the window takes in.
#pragma once

#include <memory>
#include <vector>

#include "engine/trace/memory_history.h"

namespace zipage::ui {

struct TimedEvent {
  EngineEvent event;
  Duration at{};
};

struct MemoryReport {
  std::vector<MemorySample> samples;
  std::vector<TimedEvent> events;
  std::vector<TimedSnapshot> snapshots;
  std::uint64_t numDropped = 0;  // samples there was no room for
};

}  // namespace zipage::ui
