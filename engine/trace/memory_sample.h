// The counters of an engine at one moment, as charts want them. A value.
#pragma once

#include <cstdint>

#include "engine/base/clock.h"
#include "engine/runtime/metrics.h"

namespace zipage {

struct MemorySample {
  Duration at{};  // of the engine's clock
  std::uint64_t step = 0;
  std::int32_t pagesHeld = 0;
  std::int32_t pagesTotal = 0;
  std::int64_t tokensLive = 0;
  std::int32_t running = 0;
  std::int32_t waiting = 0;
  double tokensPerSecond = 0.0;
  // Since the engine began.
  std::int64_t compressions = 0;
  std::int64_t tokensEvicted = 0;
  std::int64_t pagesReclaimed = 0;
  bool operator==(const MemorySample&) const = default;
};

inline MemorySample sampleOf(const EngineMetrics& metrics, Duration at) {
  return {at,
          metrics.steps,
          metrics.pagesHeld,
          metrics.pagesTotal,
          metrics.tokensLive,
          metrics.running,
          metrics.waiting,
          metrics.tokensPerSecond,
          metrics.compressions,
          metrics.tokensEvicted,
          metrics.pagesReclaimed};
}

}  // namespace zipage
