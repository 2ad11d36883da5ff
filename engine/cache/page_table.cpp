// Invariant: m_indices[i] is the page that m_pages[i] holds; no page is in a table twice.
#include "engine/cache/page_table.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace zipage {

int PageTable::numUnshared() const {
  return static_cast<int>(
      std::count_if(m_pages.begin(), m_pages.end(), [](const PageRef& page) { return !page.isShared(); }));
}

std::int32_t PageTable::slotOf(int entry, int pageTokens) const {
  ZIPAGE_CHECK(entry / pageTokens < numPages(), "the entry lies beyond the page table");
  return m_indices[static_cast<std::size_t>(entry / pageTokens)] * pageTokens + entry % pageTokens;
}

void PageTable::append(PageRef page) {
  ZIPAGE_CHECK(static_cast<bool>(page), "a page table holds pages only");
  m_indices.push_back(page.index());
  m_pages.push_back(std::move(page));
}

void PageTable::retarget(std::span<const PageIndex> targets, std::vector<PageRef> fresh) {
  std::vector<PageRef> pages;
  pages.reserve(targets.size());
  for (const PageIndex target : targets) pages.push_back(take(target, fresh));
  std::swap(m_pages, pages);
  m_indices.assign(targets.begin(), targets.end());
  while (!pages.empty()) pages.pop_back();
}

PageRef PageTable::take(PageIndex page, std::vector<PageRef>& fresh) {
  const auto isIt = [page](const PageRef& candidate) { return candidate && candidate.index() == page; };
  for (std::vector<PageRef>* from : {&m_pages, &fresh}) {
    const auto found = std::find_if(from->begin(), from->end(), isIt);
    if (found != from->end()) return std::move(*found);
  }
  ZIPAGE_CHECK(false, "a target page belongs neither to the table nor to the fresh pages");
  return {};
}

void PageTable::truncate(int numPages) {
  while (this->numPages() > numPages) {
    m_indices.pop_back();
    m_pages.pop_back();
  }
}

void PageTable::clear() { truncate(0); }

}  // namespace zipage
