// Puts a CacheSnapshot together, sequence by sequence, oldest first. Used between two steps by the engine's
// thread.
#pragma once

#include <memory>

#include "engine/cache/cache_snapshot.h"
#include "engine/cache/page_allocator.h"
#include "engine/cache/page_table.h"

namespace zipage {

class CacheSnapshotBuilder {
 public:
  CacheSnapshotBuilder(const PageAllocator& allocator, int pageTokens, std::int64_t bytesPerPage,
                       std::uint64_t step);

  /// Sequences without pages are left out.
  void add(SequenceSnapshot sequence, const PageTable& pages);
  std::shared_ptr<const CacheSnapshot> build() &&;

 private:
  void addPage(const SequenceSnapshot& sequence, PageIndex page, int tableIndex);

  const PageAllocator& m_allocator;
  CacheSnapshot m_snapshot;
};

}  // namespace zipage
