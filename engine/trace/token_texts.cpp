#include "engine/trace/token_texts.h"

#include <algorithm>

namespace zipage {

int TokenTexts::tokenAt(std::size_t byte) const {
  const auto after = std::upper_bound(m_ends.begin(), m_ends.end(), byte);
  return static_cast<int>(after - m_ends.begin());
}

}  // namespace zipage
