// The pages of one sequence, in order, shared by all layers and heads: entry i lies in page i / pageTokens,
// slot i mod pageTokens. It holds its pages and knows nothing of what is in them. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/ids.h"
#include "engine/cache/page_ref.h"

namespace zipage {

class PageTable {
 public:
  int numPages() const { return static_cast<int>(m_indices.size()); }
  /// [numPages] page numbers in order; valid until the table changes.
  std::span<const PageIndex> indices() const { return m_indices; }
  bool isShared(int tableIndex) const { return m_pages[static_cast<std::size_t>(tableIndex)].isShared(); }
  /// Pages that go back to the pool when this table lets go of them.
  int numUnshared() const;
  /// page · pageTokens + slot of the entry with this physical index. REQUIRES: its page is in the table.
  std::int32_t slotOf(int entry, int pageTokens) const;

  void append(PageRef page);
  /// Becomes `targets`: each of them a page of this table or one of `fresh`, none twice. Other pages are let
  /// go.
  void retarget(std::span<const PageIndex> targets, std::vector<PageRef> fresh);
  /// Keeps the first `numPages` pages at most; the last one goes first.
  void truncate(int numPages);
  /// Lets go of every page, the last one first.
  void clear();

 private:
  PageRef take(PageIndex page, std::vector<PageRef>& fresh);

  std::vector<PageRef> m_pages;
  std::vector<PageIndex> m_indices;  // of m_pages, as the kernels want them
};

}  // namespace zipage
