// Which pages of the pool are free, and how many holders each of the others has. It knows page numbers only:
// no memory, no contents, no sequences. Pages are handed out as PageRefs, which give them back. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/ids.h"
#include "engine/cache/page_ref.h"

namespace zipage {

class PageAllocator {
 public:
  explicit PageAllocator(int numPages);
  /// REQUIRES: every PageRef it made is gone.
  ~PageAllocator();
  PageAllocator(const PageAllocator&) = delete;
  PageAllocator& operator=(const PageAllocator&) = delete;

  /// A page with one holder, the caller; an empty PageRef when none is free. The same calls give the same
  /// pages.
  PageRef allocate();

  int numPages() const { return static_cast<int>(m_holders.size()); }
  int numFree() const { return static_cast<int>(m_free.size()); }
  int numHeld() const { return numPages() - numFree(); }
  /// PageRefs that name this page; 0: it is free.
  int holders(PageIndex page) const { return m_holders[static_cast<std::size_t>(page)]; }
  /// Free pages, the next one to be handed out last.
  const std::vector<PageIndex>& freePages() const { return m_free; }

 private:
  friend class PageRef;
  void addHolder(PageIndex page);
  void removeHolder(PageIndex page);

  std::vector<std::int32_t> m_holders;  // [numPages]
  std::vector<PageIndex> m_free;
};

}  // namespace zipage
