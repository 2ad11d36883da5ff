// One compression, planned: which pages are read, which are written, what must stay. A value; the runner
// carries it out.
#pragma once

#include <algorithm>
#include <cstddef>
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

  /// Whether no target page is a source page that stands later among the sources: then entries can move in
  /// place, in order, since each page is overwritten only when what it held has moved.
  bool isAscending() const {
    const auto both = static_cast<std::ptrdiff_t>(std::min(sourcePages.size(), targetPages.size()));
    for (std::ptrdiff_t i = 0; i < both; ++i) {
      const PageIndex page = targetPages[static_cast<std::size_t>(i)];
      if (std::find(sourcePages.begin() + i + 1, sourcePages.end(), page) != sourcePages.end()) return false;
    }
    return true;
  }
};

}  // namespace zipage
