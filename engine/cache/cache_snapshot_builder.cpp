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

void CacheSnapshotBuilder::add(SequenceSnapshot sequence, const PageTable& pages,
                               std::span<const PageIndex> filling) {
  if (pages.numPages() == 0) return;
  sequence.pagesHeld = pages.numPages();
  for (int i = 0; i < pages.numPages(); ++i)
    addPage(sequence, pages.indices()[static_cast<std::size_t>(i)], i);
  for (const PageIndex page : filling) addPage(sequence, page, -1);
  m_snapshot.sequences.push_back(std::move(sequence));
}

void CacheSnapshotBuilder::addPage(const SequenceSnapshot& sequence, PageIndex page, int tableIndex) {
  m_holders.push_back({page, {sequence.request, sequence.owner, tableIndex}});
  PageSnapshot& entry = m_snapshot.pages[static_cast<std::size_t>(page)];
  if (entry.holders++ == 0) {
    entry.owner = sequence.owner;
    entry.request = sequence.request;
    entry.tableIndex = tableIndex;
    entry.state = sequence.state == SequenceState::Compressing ? PageState::Compressing : PageState::Held;
  } else if (entry.state == PageState::Held) {
    entry.state = PageState::Shared;
  }
  if (tableIndex < 0) return;
  const int live =
      std::clamp(sequence.physicalTokens - tableIndex * m_snapshot.pageTokens, 0, m_snapshot.pageTokens);
  m_snapshot.tokensLive += std::max(0, live - entry.tokensLive);
  entry.tokensLive = static_cast<std::uint16_t>(std::max<int>(entry.tokensLive, live));
}

void CacheSnapshotBuilder::listHolders() {
  std::uint32_t next = 0;
  for (PageSnapshot& page : m_snapshot.pages) page.firstHolder = std::exchange(next, next + page.holders);
  m_snapshot.holders.resize(next);
  std::vector<std::uint32_t> place;
  place.reserve(m_snapshot.pages.size());
  for (const PageSnapshot& page : m_snapshot.pages) place.push_back(page.firstHolder);
  for (const auto& [page, holder] : m_holders)
    m_snapshot.holders[place[static_cast<std::size_t>(page)]++] = holder;
}

std::shared_ptr<const CacheSnapshot> CacheSnapshotBuilder::build() && {
  listHolders();
  std::sort(m_snapshot.sequences.begin(), m_snapshot.sequences.end(),
            [](const SequenceSnapshot& a, const SequenceSnapshot& b) { return a.request < b.request; });
  return std::make_shared<const CacheSnapshot>(std::move(m_snapshot));
}

}  // namespace zipage
