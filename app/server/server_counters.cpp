#include "app/server/server_counters.h"

namespace zipage {

void TimeHistogram::add(double seconds) {
  for (std::size_t b = 0; b < kBoundsSeconds.size(); ++b) m_upTo[b] += seconds <= kBoundsSeconds[b] ? 1 : 0;
  ++m_count;
  m_sumSeconds += seconds;
}

void ServerCounters::take(const EngineEvent& event) {
  if (const auto* started = std::get_if<RequestStarted>(&event)) {
    promptTokens += started->promptTokens;
    cachedTokens += started->cachedTokens;
  } else if (const auto* compressed = std::get_if<SequenceCompressed>(&event)) {
    compressions.add(inSeconds(compressed->duration));
  } else if (const auto* over = std::get_if<RequestFinished>(&event)) {
    ++finished[over->reason];
    if (over->generatedTokens > 0) timeToFirstToken.add(inSeconds(over->timeToFirstToken));
    if (over->generatedTokens > 1)
      timePerToken.add(inSeconds(over->decodeTime) / (over->generatedTokens - 1));
  }
}

}  // namespace zipage
