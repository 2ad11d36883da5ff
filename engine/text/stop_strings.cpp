#include "engine/text/stop_strings.h"

#include <algorithm>
#include <utility>

namespace zipage {

StopStrings::StopStrings(std::vector<std::string> stops) : m_stops(std::move(stops)) {
  std::erase(m_stops, std::string());
}

/// Bytes at the end of the pending text that a stop could begin with.
std::size_t StopStrings::heldBack() const {
  const std::string_view pending = m_pending;
  std::size_t held = 0;
  for (const std::string_view stop : m_stops) {
    for (std::size_t length = std::min(stop.size() - 1, pending.size()); length > held; --length) {
      if (pending.ends_with(stop.substr(0, length))) held = length;
    }
  }
  return held;
}

std::string StopStrings::push(std::string_view text) {
  if (!m_found.empty()) return {};
  m_pending += text;
  std::size_t first = std::string::npos;
  for (const std::string& stop : m_stops) {
    const std::size_t place = m_pending.find(stop);
    if (place >= first) continue;
    first = place;
    m_found = stop;
  }
  if (first != std::string::npos) {
    m_pending.resize(first);
    return std::exchange(m_pending, {});
  }
  const std::size_t held = heldBack();
  std::string certain = m_pending.substr(0, m_pending.size() - held);
  m_pending.erase(0, m_pending.size() - held);
  return certain;
}

std::string StopStrings::finish() { return std::exchange(m_pending, {}); }

}  // namespace zipage
