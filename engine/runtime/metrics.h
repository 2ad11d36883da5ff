// Counters of an engine since its start, and rates over the last second. A value.
#pragma once

#include <cstdint>

namespace zipage {

struct EngineMetrics {
  std::uint64_t steps = 0;
  std::int64_t promptTokens = 0;
  std::int64_t generatedTokens = 0;
  std::int64_t compressions = 0;
  std::int64_t pagesReclaimed = 0;  // by compressions
  std::int64_t tokensEvicted = 0;
  std::int64_t preemptions = 0;
  std::int64_t recomputedTokens = 0;
  std::int64_t cachedTokens = 0;  // of prompts, found in shared pages
  std::int64_t storedTokens = 0;  // of them, those that came from storage
  std::int64_t pagesDropped = 0;  // that held prefixes and were handed out again
  std::int64_t swaps = 0;         // sequences that went to host memory
  std::int32_t running = 0;
  std::int32_t waiting = 0;
  std::int32_t pagesHeld = 0;
  std::int32_t pagesTotal = 0;
  std::int32_t peakPages = 0;
  std::int64_t tokensLive = 0;   // entries per layer and KV head; those of shared pages count once
  double tokensPerSecond = 0.0;  // generated, over the last second
};

}  // namespace zipage
