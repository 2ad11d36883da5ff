#pragma once

#include <algorithm>
#include <span>

#include "engine/base/clock.h"
#include "engine/runtime/engine_event.h"

namespace zipage {

/// When somebody who watches is shown the pages: every so often, and mostly after a compression, which people
/// go back to.
class SnapshotPace {
 public:
  /// Zero: nobody watches.
  void setInterval(Duration interval) {
    m_interval = interval;
    m_last = m_lastCompression = Duration{};
  }

  /// After a step with these events, with which the engine may fall idle. True: one is to be taken now. The
  /// last before falling idle always is, so that no view stops at a state that has passed.
  bool isDue(Duration now, std::span<const EngineEvent> events, bool idle = false) {
    constexpr int kOftener = 8;  // after compressions, of which many sequences have many
    if (m_interval <= Duration::zero()) return false;
    const bool hasCompressed = std::any_of(events.begin(), events.end(), [](const EngineEvent& event) {
      return std::holds_alternative<SequenceCompressed>(event);
    });
    const bool isDueForIt = hasCompressed && now - m_lastCompression >= m_interval / kOftener;
    if (isDueForIt) m_lastCompression = now;
    if (!idle && !isDueForIt && now - m_last < m_interval) return false;
    m_last = now;
    return true;
  }

 private:
  Duration m_interval{};
  Duration m_last{};
  Duration m_lastCompression{};  // that one was taken of
};

}  // namespace zipage
