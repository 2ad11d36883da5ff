// Finds the first of some texts in a text that comes in pieces, and holds back what may be the beginning of
// one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace zipage {

class StopStrings {
 public:
  /// Empty texts are ignored.
  explicit StopStrings(std::vector<std::string> stops = {});

  /// The text that is certain to come before any stop. After the first stop: nothing more.
  std::string push(std::string_view text);
  /// What was held back at the end.
  std::string finish();
  /// The stop that was found; empty: none yet.
  const std::string& found() const { return m_found; }

 private:
  std::size_t heldBack() const;

  std::vector<std::string> m_stops;
  std::string m_pending;
  std::string m_found;
};

}  // namespace zipage
