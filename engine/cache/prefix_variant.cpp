#include "engine/cache/prefix_variant.h"

#include <xxhash.h>

#include <cstring>
#include <type_traits>
#include <vector>

namespace zipage {

namespace {

/// Number by number: a struct has gaps whose bytes mean nothing.
class Bytes {
 public:
  template <typename Number>
  requires std::is_arithmetic_v<Number> || std::is_enum_v<Number> Bytes& add(Number value) {
    const std::size_t start = m_bytes.size();
    m_bytes.resize(start + sizeof value);
    std::memcpy(m_bytes.data() + start, &value, sizeof value);
    return *this;
  }
  std::uint64_t hash() const { return XXH3_64bits(m_bytes.data(), m_bytes.size()); }

 private:
  std::vector<unsigned char> m_bytes;
};

}  // namespace

std::uint64_t PrefixVariant::hash() const {
  if (policy == MemoryPolicy::Full) return 0;
  const CompressionSettings& s = settings;
  return Bytes()
             .add(policy)
             .add(windowTokens)
             .add(s.budgetTokens)
             .add(s.periodTokens)
             .add(s.rule)
             .add(s.decay)
             .add(s.redundancyWeight)
             .add(s.redundancyTemperature)
             .add(s.repeatWeight)
             .add(s.similarityThreshold)
             .add(s.segmentTokens)
             .add(s.evenSegments)
             .add(s.poolKernel)
             .add(s.sinkTokens)
             .add(s.recentTokens)
             .add(s.positionFreeKeys)
             .add(s.protectPrompt)
             .add(s.wholePrompt)
             .hash() |
         1;
}

bool PrefixVariant::dependsOnTextAlone() const {
  // How far a budget has grown is a matter of the pool and of when somebody looked.
  return policy != MemoryPolicy::Grow && !settings.protectPrompt && !settings.wholePrompt &&
         settings.rule != SelectionRule::Random;
}

}  // namespace zipage
