// Invariant: a page is in m_free exactly when it has no holders, and then once. The free list is a stack: the
// page given back last is handed out first, so a pool larger than what is in use stays untouched, and so does
// its memory.
#include "engine/cache/page_allocator.h"

#include "engine/base/check.h"

namespace zipage {

PageAllocator::PageAllocator(int numPages) : m_holders(static_cast<std::size_t>(numPages), 0) {
  m_free.reserve(m_holders.size());
  for (PageIndex page = numPages - 1; page >= 0; --page) m_free.push_back(page);
}

PageAllocator::~PageAllocator() { ZIPAGE_CHECK(numHeld() == 0, "pages outlive their pool"); }

PageRef PageAllocator::allocate() {
  if (m_free.empty()) return {};
  const PageIndex page = m_free.back();
  m_free.pop_back();
  addHolder(page);
  return PageRef(*this, page);
}

void PageAllocator::addHolder(PageIndex page) { ++m_holders[static_cast<std::size_t>(page)]; }

void PageAllocator::removeHolder(PageIndex page) {
  std::int32_t& holders = m_holders[static_cast<std::size_t>(page)];
  ZIPAGE_CHECK(holders > 0, "a page is given back that nobody holds");
  if (--holders == 0) m_free.push_back(page);
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
