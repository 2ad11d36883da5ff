#include "app/common/event_stream_parser.h"

#include <utility>

namespace zipage {

std::vector<std::string> EventStreamParser::push(std::string_view bytes) {
  std::vector<std::string> events;
  for (const char byte : bytes) {
    const bool isRestOfEnd = byte == '\n' && std::exchange(m_endedWithReturn, byte == '\r');
    if (byte != '\n') m_endedWithReturn = byte == '\r';
    if (isRestOfEnd) continue;
    if (byte == '\n' || byte == '\r')
      takeLine(std::exchange(m_line, {}), events);
    else if (m_line.size() + m_data.size() < kLongestEvent)
      m_line += byte;
  }
  return events;
}

void EventStreamParser::takeLine(std::string_view line, std::vector<std::string>& events) {
  if (line.empty()) {
    if (std::exchange(m_hasData, false)) events.push_back(std::exchange(m_data, {}));
    return;
  }
  constexpr std::string_view kField = "data:";
  if (!line.starts_with(kField)) return;
  line.remove_prefix(kField.size());
  if (line.starts_with(' ')) line.remove_prefix(1);
  if (std::exchange(m_hasData, true)) m_data += '\n';
  m_data += line;
}

}  // namespace zipage
