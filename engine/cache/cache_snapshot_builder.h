// Puts a CacheSnapshot together, sequence by sequence, those with pages oldest first. Used between two steps
// by the engine's thread.
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "engine/cache/cache_snapshot.h"
#include "engine/cache/page_allocator.h"
#include "engine/cache/page_table.h"

namespace zipage {

class CacheSnapshotBuilder {
 public:
  CacheSnapshotBuilder(const PageAllocator& allocator, int pageTokens, std::int64_t bytesPerPage,
                       std::uint64_t step);

  /// Sequences without pages are left out. `filling`: pages that a compression under way fills for it.
  void add(SequenceSnapshot sequence, const PageTable& pages, std::span<const PageIndex> filling = {});
  /// One that lies in host memory.
  void addSwapped(SequenceSnapshot sequence) { m_snapshot.sequences.push_back(std::move(sequence)); }
  std::shared_ptr<const CacheSnapshot> build() &&;

 private:
  void addPage(const SequenceSnapshot& sequence, PageIndex page, int tableIndex);
  void listHolders();

  const PageAllocator& m_allocator;
  CacheSnapshot m_snapshot;
  std::vector<std::pair<PageIndex, PageHolder>> m_holders;  // in the order of add()
};

}  // namespace zipage
