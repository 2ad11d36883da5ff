// One compression, planned: which pages are read, which are written, what must stay. A value; the runner
// carries it out.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/ids.h"
#include "engine/cache/compression_settings.h"
#include "engine/cache/sequence_record.h"

namespace zipage {

struct CompressionPlan {
  std::vector<PageIndex> sourcePages;  // in order; together they hold numEntries
  std::vector<PageIndex> targetPages;  // [keep / pageTokens]
  int numEntries = 0;
  int keep = 0;
  int numScored = 0;  // entries that were there at the last compression
  bool isFirst = true;
  int querySlot = 0;
  std::int32_t lastPosition = 0;               // logical position of the newest entry
  std::vector<std::uint8_t> protectedEntries;  // [numEntries] 1: kept whatever its score
  std::vector<std::int32_t> pinnedTokens;      // of the text, ascending: each head keeps those it still holds
  std::uint64_t seed = 0;                      // of SelectionRule::Random
  CompressionSettings settings;
  std::shared_ptr<CompressionRecord> record;  // the runner fills it in
};

}  // namespace zipage
