// What tells the names of compressed sequences apart beside their text: how they are kept.
#pragma once

#include <cstdint>

#include "engine/cache/compression_settings.h"
#include "engine/cache/memory_policy.h"
#include "engine/cache/prefix_key.h"

namespace zipage {

struct PrefixVariant {
  MemoryPolicy policy = MemoryPolicy::Full;
  CompressionSettings settings;
  int windowTokens = 0;

  /// A hash of everything that decides what is kept; 0 for `full`, which keeps all.
  std::uint64_t hash() const;
  /// The parent of the first page of a text, for sequences kept this way.
  PrefixKey rootBelow(const PrefixKey& root) const { return {root.low ^ hash(), root.high ^ ~hash()}; }
  /// Whether a text that begins like another comes to hold the same, wherever the prompts of the two end and
  /// whatever is drawn: only then may one go on with what the other has kept.
  bool dependsOnTextAlone() const;
};

}  // namespace zipage
