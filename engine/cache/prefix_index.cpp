// Invariant: m_pages maps a key to a page exactly when that page's entry is named with this key, and the
// allocator keeps exactly the named pages.
#include "engine/cache/prefix_index.h"

#include <xxhash.h>

#include <algorithm>

#include "engine/base/check.h"

namespace zipage {

PrefixIndex::PrefixIndex(PageAllocator& allocator, int pageTokens, std::uint64_t salt)
    : m_allocator(allocator),
      m_pageTokens(static_cast<std::size_t>(pageTokens)),
      m_root{salt, static_cast<std::uint64_t>(pageTokens)},
      m_entries(static_cast<std::size_t>(allocator.numPages())) {
  allocator.setReuseListener([this](PageIndex page) {
    removeName(page);
    ++m_numDropped;
  });
}

PrefixKey PrefixIndex::keyOf(const PrefixKey& parent, std::span<const TokenId> tokens) const {
  ZIPAGE_CHECK(tokens.size() == m_pageTokens, "only full pages have a name");
  const XXH128_hash_t text = XXH3_128bits_withSeed(tokens.data(), tokens.size_bytes(), parent.low);
  const std::uint64_t chain[] = {parent.low, parent.high, text.low64, text.high64};
  const XXH128_hash_t key = XXH3_128bits(chain, sizeof chain);
  return {key.low64, key.high64};
}

std::vector<PageIndex> PrefixIndex::match(std::span<const TokenId> tokens, std::int64_t mostTokens) const {
  std::vector<PageIndex> pages;
  PrefixKey parent = m_root;
  const auto most = static_cast<std::size_t>(std::max<std::int64_t>(mostTokens, 0));
  const std::size_t end = std::min(tokens.size(), most);
  for (std::size_t start = 0; start + m_pageTokens <= end; start += m_pageTokens) {
    const auto text = tokens.subspan(start, m_pageTokens);
    const PrefixKey key = keyOf(parent, text);
    const auto found = m_pages.find(key);
    if (found == m_pages.end()) break;
    const Entry& entry = m_entries[static_cast<std::size_t>(found->second)];
    if (entry.parent != parent || !std::equal(text.begin(), text.end(), entry.tokens.begin())) break;
    pages.push_back(found->second);
    parent = key;
  }
  return pages;
}

std::optional<PageIndex> PrefixIndex::find(const PrefixKey& key) const {
  const auto found = m_pages.find(key);
  return found == m_pages.end() ? std::nullopt : std::optional(found->second);
}

PrefixKey PrefixIndex::add(PageIndex page, const PrefixKey& parent, std::span<const TokenId> tokens) {
  const PrefixKey key = keyOf(parent, tokens);
  Entry& entry = m_entries[static_cast<std::size_t>(page)];
  if (entry.isNamed || !m_pages.emplace(key, page).second) return key;
  entry.isNamed = true;
  entry.key = key;
  entry.parent = parent;
  entry.tokens.assign(tokens.begin(), tokens.end());
  m_allocator.setKept(page, true);
  return key;
}

void PrefixIndex::forget(PageIndex page) {
  if (!has(page)) return;
  removeName(page);
  m_allocator.setKept(page, false);
}

void PrefixIndex::removeName(PageIndex page) {
  Entry& entry = m_entries[static_cast<std::size_t>(page)];
  m_pages.erase(entry.key);
  entry.isNamed = false;
}

}  // namespace zipage
