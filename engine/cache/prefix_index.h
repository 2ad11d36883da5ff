// Which pages of the pool hold which text: full pages of sequences that were never compressed, named by a
// chain of hashes over (page before, token ids). Salted, so that pages of another model, tokenizer, KV type
// or page size never match. It holds no page: a free page keeps its name until the allocator hands it out
// again. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/cache/page_allocator.h"
#include "engine/cache/prefix_key.h"

namespace zipage {

class PrefixIndex {
 public:
  /// Listens to `allocator`, which outlives it, for pages that are handed out again.
  PrefixIndex(PageAllocator& allocator, int pageTokens, std::uint64_t salt);
  ~PrefixIndex() { m_allocator.setReuseListener({}); }
  PrefixIndex(const PrefixIndex&) = delete;
  PrefixIndex& operator=(const PrefixIndex&) = delete;

  /// The parent of a first page.
  PrefixKey root() const { return m_root; }
  /// REQUIRES: pageTokens tokens.
  PrefixKey keyOf(const PrefixKey& parent, std::span<const TokenId> tokens) const;

  /// The pages that hold the beginning of `tokens`, `mostTokens` of it at most, in order. Holds nothing and
  /// changes nothing: the caller claims what it wants before it does anything else.
  std::vector<PageIndex> match(std::span<const TokenId> tokens, std::int64_t mostTokens) const;

  /// Names a held page, if no other page has that name yet. Returns the name, parent of the next page.
  PrefixKey add(PageIndex page, const PrefixKey& parent, std::span<const TokenId> tokens);
  /// The page will be overwritten. No effect on one without a name.
  void forget(PageIndex page);

  /// The page that has this name.
  std::optional<PageIndex> find(const PrefixKey& key) const;
  /// What a page with a name holds. REQUIRES: it has one.
  const PrefixKey& parentOf(PageIndex page) const { return m_entries[static_cast<std::size_t>(page)].parent; }
  std::span<const TokenId> tokensOf(PageIndex page) const {
    return m_entries[static_cast<std::size_t>(page)].tokens;
  }
  int numPages() const { return static_cast<int>(m_pages.size()); }
  bool has(PageIndex page) const { return m_entries[static_cast<std::size_t>(page)].isNamed; }
  /// Pages that lost their name because they were handed out again, since the start.
  std::int64_t numDropped() const { return m_numDropped; }

 private:
  struct Entry {
    bool isNamed = false;
    PrefixKey key, parent;
    std::vector<TokenId> tokens;  // [pageTokens]
  };

  void removeName(PageIndex page);

  PageAllocator& m_allocator;
  std::size_t m_pageTokens;
  PrefixKey m_root;
  std::vector<Entry> m_entries;  // [numPages]
  std::unordered_map<PrefixKey, PageIndex, PrefixKeyHash> m_pages;
  std::int64_t m_numDropped = 0;
};

}  // namespace zipage
