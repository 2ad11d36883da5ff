// What the page pool holds at one moment, between two steps. Immutable; safe to hand to any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/ids.h"
#include "engine/cache/memory_policy.h"
#include "engine/cache/sequence_record.h"
#include "engine/cache/sequence_state.h"

namespace zipage {

enum class PageState : std::uint8_t { Free, Held, Shared, PrefixOnly, Compressing, Swapped };

/// One sequence's claim on a page.
struct PageHolder {
  RequestId request;
  OwnerId owner;
  std::int32_t tableIndex = -1;  // place in its page table; -1: a compression is filling the page for it
};

struct PageSnapshot {
  PageState state = PageState::Free;
  OwnerId owner;  // of the first holder; none when free
  RequestId request;
  std::uint16_t tokensLive = 0;  // slots in use
  std::uint16_t holders = 0;
  std::int32_t tableIndex = -1;   // place in its first holder's page table
  std::uint32_t firstHolder = 0;  // in CacheSnapshot::holders
};

struct SequenceSnapshot {
  RequestId request;
  OwnerId owner;
  SequenceState state = SequenceState::Waiting;
  std::int64_t logicalTokens = 0;   // tokens of the sequence so far
  std::int32_t physicalTokens = 0;  // entries held per layer and KV head
  std::int32_t pagesHeld = 0;
  MemoryPolicy policy = MemoryPolicy::Full;
  std::int32_t budgetTokens = 0;  // entries kept by a compression; 0 under MemoryPolicy::Full
  std::int32_t compressions = 0;
  std::shared_ptr<const SequenceRecord> record;  // of a watched sequence that is not on the move; else null
  std::int64_t tokensEvicted = 0;                // per layer and KV head, the same number for each
  std::int64_t capacityTokens = 0;               // entries at which it is compressed; 0: at none of its own
  std::int32_t pinnedTokens = 0;                 // kept from eviction
};

struct CacheSnapshot {
  std::uint64_t step = 0;
  int pageTokens = 0;
  std::int64_t bytesPerPage = 0;
  std::vector<PageSnapshot> pages;          // [numPages], by page index
  std::vector<PageHolder> holders;          // of all pages, page by page; see holdersOf()
  std::vector<SequenceSnapshot> sequences;  // those that hold pages or lie in host memory, oldest first
  std::int32_t pagesHeld = 0;
  std::int64_t tokensLive = 0;  // sum of physicalTokens, shared entries counted once

  /// Everybody who holds this page, oldest sequence first; valid as long as the snapshot.
  std::span<const PageHolder> holdersOf(PageIndex page) const {
    const PageSnapshot& entry = pages[static_cast<std::size_t>(page)];
    return std::span(holders).subspan(entry.firstHolder, entry.holders);
  }
};

}  // namespace zipage
