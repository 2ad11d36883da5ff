// What the server has counted of one engine's requests beyond the engine's own counters. A value.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "engine/runtime/engine_event.h"

namespace zipage {

/// Times by size, as Prometheus wants them: how many were at most as long as each bound.
class TimeHistogram {
 public:
  static constexpr std::array<double, 14> kBoundsSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                            0.25,  0.5,    1.0,   2.5,  5.0,   10.0, 60.0};

  void add(double seconds);
  std::uint64_t upTo(std::size_t bound) const { return m_upTo[bound]; }
  std::uint64_t count() const { return m_count; }
  double sumSeconds() const { return m_sumSeconds; }

 private:
  std::array<std::uint64_t, kBoundsSeconds.size()> m_upTo{};  // cumulative
  std::uint64_t m_count = 0;
  double m_sumSeconds = 0.0;
};

struct ServerCounters {
  TimeHistogram compressions;
  TimeHistogram timeToFirstToken;
  TimeHistogram timePerToken;  // of each reply, after its first token
  std::int64_t promptTokens = 0;
  std::int64_t cachedTokens = 0;                  // of them
  std::map<FinishReason, std::int64_t> finished;  // requests

  void take(const EngineEvent& event);
};

}  // namespace zipage
