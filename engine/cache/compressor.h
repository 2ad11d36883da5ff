// Plans the compression of one sequence: what stays whatever its score, and which pages the kept entries move
// into. It makes no device calls and scores nothing: that is the runner's. Stateless; one thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/cache/compression_plan.h"
#include "engine/cache/page_allocator.h"
#include "engine/cache/page_table.h"
#include "engine/cache/prefix_index.h"

namespace zipage {

/// A sequence as a compression sees it.
struct CompressionSource {
  const PageTable& pages;
  const CompressionSettings& settings;
  int numEntries = 0;  // physical
  int numScored = 0;   // 0: it was never compressed
  int querySlot = 0;
  int windowRows = 0;  // complete rows of its query window
  std::int32_t lastPosition = 0;
  int promptTokens = 0;  // entries that came from the prompt are the first ones, in case they are protected
  std::uint64_t seed = 0;
  std::span<const std::int32_t> pinnedTokens;  // ascending
  const PrefixIndex* spared = nullptr;         // pages with a name there are only read; null: none
};

struct PlannedCompression {
  CompressionPlan plan;
  std::vector<PageRef> freshPages;  // those of plan.targetPages that the sequence did not hold before
};

class Compressor {
 public:
  Compressor(PageAllocator& allocator, int pageTokens, int windowTokens)
      : m_allocator(allocator), m_pageTokens(pageTokens), m_windowTokens(windowTokens) {}

  /// Free pages a plan takes: targets come from the sequence's own pages that nobody else holds, in order,
  /// and are fresh ones where those do not suffice. Every page is asked, shared ones may lie anywhere.
  int freshPagesNeeded(const CompressionSource& source) const;
  /// REQUIRES: more entries than the budget, a complete query window, freshPagesNeeded() pages free.
  PlannedCompression plan(const CompressionSource& source) const;
  /// [numEntries] why each entry stays, if it does.
  std::vector<KeepReason> reasonsToKeep(const CompressionSource& source) const;

 private:
  int numTargets(const CompressionSource& source) const {
    return source.settings.budgetTokens / m_pageTokens;
  }
  static bool isTarget(const CompressionSource& source, int tableIndex);
  void chooseTargets(const CompressionSource& source, PlannedCompression& planned) const;

  PageAllocator& m_allocator;
  int m_pageTokens;
  int m_windowTokens;
};

}  // namespace zipage
