// Invariant: a page is in m_free or, when it is marked, in m_keptFree exactly when it has no holders, and
// then once. The free list is a stack: the page given back last is handed out first, so a pool larger than
// what is in use stays untouched, and so does its memory.
#include "engine/cache/page_allocator.h"

#include "engine/base/check.h"

namespace zipage {

PageAllocator::PageAllocator(int numPages)
    : m_holders(static_cast<std::size_t>(numPages), 0),
      m_isKept(m_holders.size(), false),
      m_place(m_holders.size()) {
  m_free.reserve(m_holders.size());
  for (PageIndex page = numPages - 1; page >= 0; --page) m_free.push_back(page);
}

PageAllocator::~PageAllocator() { ZIPAGE_CHECK(numHeld() == 0, "pages outlive their pool"); }

PageRef PageAllocator::allocate() {
  if (m_free.empty() && m_keptFree.empty()) return {};
  if (m_free.empty()) {
    const PageIndex reused = m_keptFree.front();
    setKept(reused, false);
    if (m_onReuse) m_onReuse(reused);
  }
  const PageIndex page = m_free.back();
  m_free.pop_back();
  addHolder(page);
  return PageRef(*this, page);
}

PageRef PageAllocator::claim(PageIndex page) {
  if (holders(page) == 0) {
    ZIPAGE_CHECK(isKept(page), "a free page is claimed that nobody kept");
    m_keptFree.erase(m_place[static_cast<std::size_t>(page)]);
  }
  addHolder(page);
  return PageRef(*this, page);
}

void PageAllocator::setKept(PageIndex page, bool isKept) {
  const auto index = static_cast<std::size_t>(page);
  if (m_isKept[index] == isKept) return;
  m_isKept[index] = isKept;
  if (holders(page) > 0) return;
  ZIPAGE_CHECK(!isKept, "a page that nobody holds has nothing worth keeping");
  m_keptFree.erase(m_place[index]);
  m_free.push_back(page);
}

std::vector<PageIndex> PageAllocator::freePages() const {
  std::vector<PageIndex> pages = m_free;
  pages.insert(pages.end(), m_keptFree.begin(), m_keptFree.end());
  return pages;
}

void PageAllocator::addHolder(PageIndex page) { ++m_holders[static_cast<std::size_t>(page)]; }

void PageAllocator::removeHolder(PageIndex page) {
  std::int32_t& holders = m_holders[static_cast<std::size_t>(page)];
  ZIPAGE_CHECK(holders > 0, "a page is given back that nobody holds");
  if (--holders > 0) return;
  const auto index = static_cast<std::size_t>(page);
  if (m_isKept[index])
    m_place[index] = m_keptFree.insert(m_keptFree.end(), page);
  else
    m_free.push_back(page);
}

bool PageRef::isShared() const { return m_allocator->holders(m_page) > 1; }

PageRef PageRef::share() const {
  ZIPAGE_CHECK(m_allocator != nullptr, "an empty reference cannot be shared");
  m_allocator->addHolder(m_page);
  return PageRef(*m_allocator, m_page);
}

void PageRef::release() {
  if (m_allocator != nullptr) std::exchange(m_allocator, nullptr)->removeHolder(m_page);
}

}  // namespace zipage
