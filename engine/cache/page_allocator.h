// Which pages of the pool are free, and how many holders each of the others has. It knows page numbers only:
// no memory, no contents, no sequences. A page can be marked as worth keeping: once free it is handed out
// after all others, the one that was let go of first before the rest, and can be claimed back until then.
// Pages are handed out as PageRefs, which give them back. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <utility>
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
  /// One more holder of this page, which is held or is free and marked as worth keeping.
  PageRef claim(PageIndex page);
  /// Marks a held page, or takes the mark from any page.
  void setKept(PageIndex page, bool isKept);
  /// Called with each marked page that allocate() hands out; its mark is gone by then.
  void setReuseListener(std::function<void(PageIndex)> listener) { m_onReuse = std::move(listener); }

  int numPages() const { return static_cast<int>(m_holders.size()); }
  int numFree() const { return static_cast<int>(m_free.size() + m_keptFree.size()); }
  bool isKept(PageIndex page) const { return m_isKept[static_cast<std::size_t>(page)]; }
  int numHeld() const { return numPages() - numFree(); }
  /// PageRefs that name this page; 0: it is free.
  int holders(PageIndex page) const { return m_holders[static_cast<std::size_t>(page)]; }
  /// Free pages, in no order that matters.
  std::vector<PageIndex> freePages() const;

 private:
  friend class PageRef;
  void addHolder(PageIndex page);
  void removeHolder(PageIndex page);

  std::vector<std::int32_t> m_holders;  // [numPages]
  std::vector<PageIndex> m_free;
  std::vector<bool> m_isKept;                           // [numPages]
  std::list<PageIndex> m_keptFree;                      // let go of longest ago first
  std::vector<std::list<PageIndex>::iterator> m_place;  // [numPages] in m_keptFree, where it is there
  std::function<void(PageIndex)> m_onReuse;
};

}  // namespace zipage
