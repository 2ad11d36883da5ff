// How much may be written to the disk: an account that fills at a steady rate up to a limit. It lets a busy
// hour through and bounds what a year can wear out. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/base/clock.h"

namespace zipage {

class WriteAllowance {
 public:
  /// Begins full. `clock` outlives it.
  WriteAllowance(std::int64_t mostBytes, std::int64_t bytesPerSecond, const Clock& clock)
      : m_most(static_cast<double>(mostBytes)),
        m_perSecond(static_cast<double>(bytesPerSecond)),
        m_clock(clock),
        m_left(m_most),
        m_since(clock.now()) {}

  /// Takes that much off, or nothing and says false.
  bool take(std::int64_t bytes) {
    const Duration now = m_clock.now();
    m_left = std::min(m_most, m_left + m_perSecond * std::chrono::duration<double>(now - m_since).count());
    m_since = now;
    if (m_left < static_cast<double>(bytes)) return false;
    m_left -= static_cast<double>(bytes);
    return true;
  }

 private:
  double m_most;
  double m_perSecond;
  const Clock& m_clock;
  double m_left;
  Duration m_since;
};

}  // namespace zipage
