#include "engine/cache/cache_snapshot_builder.h"

#include <algorithm>
#include <utility>

namespace zipage {

CacheSnapshotBuilder::CacheSnapshotBuilder(const PageAllocator& allocator, int pageTokens,
                                           std::int64_t bytesPerPage, std::uint64_t step)
    : m_allocator(allocator) {
  m_snapshot.step = step;
  m_snapshot.pageTokens = pageTokens;
  m_snapshot.bytesPerPage = bytesPerPage;
  m_snapshot.pages.resize(static_cast<std::size_t>(allocator.numPages()));
  m_snapshot.pagesHeld = allocator.numHeld();
  for (PageIndex page = 0; page < allocator.numPages(); ++page) {
    const bool isPrefix = allocator.isKept(page) && allocator.holders(page) == 0;
    if (isPrefix) m_snapshot.pages[static_cast<std::size_t>(page)].state = PageState::PrefixOnly;
  }
}

void CacheSnapshotBuilder::add(SequenceSnapshot sequence, const PageTable& pages) {
  if (pages.numPages() == 0) return;
  sequence.pagesHeld = pages.numPages();
  for (int i = 0; i < pages.numPages(); ++i)
    addPage(sequence, pages.indices()[static_cast<std::size_t>(i)], i);
  m_snapshot.sequences.push_back(sequence);
}

void CacheSnapshotBuilder::addPage(const SequenceSnapshot& sequence, PageIndex page, int tableIndex) {
  PageSnapshot& entry = m_snapshot.pages[static_cast<std::size_t>(page)];
  const int live =
      std::clamp(sequence.physicalTokens - tableIndex * m_snapshot.pageTokens, 0, m_snapshot.pageTokens);
  if (entry.state == PageState::Free) {
    entry.owner = sequence.owner;
    entry.request = sequence.request;
    entry.tableIndex = tableIndex;
    entry.holders = static_cast<std::uint16_t>(m_allocator.holders(page));
    entry.state = sequence.state == SequenceState::Compressing ? PageState::Compressing
                  : entry.holders > 1                          ? PageState::Shared
                                                               : PageState::Held;
  }
  m_snapshot.tokensLive += std::max(0, live - entry.tokensLive);
  entry.tokensLive = static_cast<std::uint16_t>(std::max<int>(entry.tokensLive, live));
}

std::shared_ptr<const CacheSnapshot> CacheSnapshotBuilder::build() && {
  return std::make_shared<const CacheSnapshot>(std::move(m_snapshot));
}

}  // namespace zipage
