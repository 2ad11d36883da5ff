// Server-sent events out of bytes as they arrive, cut wherever the network cuts them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace zipage {

class EventStreamParser {
 public:
  /// The data of each event that these bytes complete; the lines of one event are joined by line ends. Names
  /// of events, comments and empty events are passed over.
  std::vector<std::string> push(std::string_view bytes);
  /// More than this without an event is no event stream, and is dropped.
  static constexpr std::size_t kLongestEvent = std::size_t{16} << 20;

 private:
  void takeLine(std::string_view line, std::vector<std::string>& events);

  std::string m_line;  // without its end yet
  std::string m_data;
  bool m_hasData = false;
  bool m_endedWithReturn = false;  // the next line feed belongs to it
};

}  // namespace zipage
