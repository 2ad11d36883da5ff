#include "engine/runtime/engine_books.h"

#include <set>

#include "engine/cache/cache_snapshot_builder.h"

namespace zipage {

namespace {

SequenceSnapshot describe(const Sequence& sequence) {
  SequenceSnapshot described;
  described.request = sequence.id;
  described.owner = sequence.request.owner;
  described.state = sequence.state;
  described.logicalTokens = sequence.computed;
  described.physicalTokens = sequence.physical;
  described.pagesHeld = sequence.pages.numPages();
  described.policy = sequence.request.policy;
  described.budgetTokens = sequence.isBounded() ? sequence.budget() : 0;
  described.compressions = sequence.compressions;
  described.tokensEvicted = sequence.tokensEvicted;
  described.capacityTokens = sequence.hasFixedCapacity() ? sequence.capacity() : 0;
  described.pinnedTokens = static_cast<std::int32_t>(sequence.pinnedTokens.size());
  return described;
}

/// Null while its pages are on the move, and when the device is lost: the next step says so.
std::shared_ptr<const SequenceRecord> recordOf(const Sequence& sequence, ModelRunner& runner) {
  if (sequence.state == SequenceState::Compressing) return nullptr;
  auto held = runner.heldTokens(sequence.pages.indices(), sequence.physical);
  if (!held) return nullptr;
  held->lastCompression = sequence.lastCompression;
  return std::make_shared<const SequenceRecord>(std::move(*held));
}

std::string brokenIn(const Sequence& sequence, const EngineLimits& limits) {
  const std::string who = "request " + std::to_string(sequence.id.value) + ": ";
  if (sequence.pages.numPages() != pagesFor(sequence.physical + sequence.entriesAhead, limits.pageTokens))
    return who + std::to_string(sequence.physical) + " entries lie in " +
           std::to_string(sequence.pages.numPages()) + " pages";
  if (sequence.physical % limits.pageTokens != 0 && sequence.pages.isShared(sequence.pages.numPages() - 1))
    return who + "its next entry would be written to a page that another holds";
  if (!sequence.isBounded() && sequence.compressions > 0) return who + "keeps everything and was compressed";
  if (sequence.isBounded() && sequence.physical > sequence.capacity())
    return who + "holds more than its capacity";
  if (sequence.hasFixedCapacity() && sequence.wantsSlot() && !sequence.querySlot &&
      sequence.physical > sequence.capacity() - limits.windowTokens)
    return who + "has come too far without a query slot";
  if (sequence.compressions > 0 && !sequence.querySlot) return who + "was compressed and has no query slot";
  if (sequence.swapped) return who + "runs and lies in host memory";
  if (sequence.computed != sequence.physical + sequence.tokensEvicted)
    return who + "held and evicted do not add up";
  return {};
}

}  // namespace

std::shared_ptr<const CacheSnapshot> buildSnapshot(const EngineLimits& limits, const PageAllocator& allocator,
                                                   const Scheduler& scheduler,
                                                   const std::vector<FillingPage>& filling,
                                                   std::uint64_t step, ModelRunner& runner) {
  CacheSnapshotBuilder builder(allocator, limits.pageTokens, limits.bytesPerPage, step);
  for (const Sequence& sequence : scheduler.running()) {
    SequenceSnapshot described = describe(sequence);
    if (sequence.isWatched) described.record = recordOf(sequence, runner);
    std::vector<PageIndex> filled;
    for (const FillingPage& claim : filling) {
      if (claim.isFresh && claim.request == sequence.id) filled.push_back(claim.page);
    }
    builder.add(std::move(described), sequence.pages, filled);
  }
  for (const Sequence& sequence : scheduler.waiting()) {
    if (sequence.swapped) builder.addSwapped(describe(sequence));
  }
  return std::move(builder).build();
}

std::string firstBrokenInvariant(const EngineLimits& limits, const PageAllocator& allocator,
                                 const QuerySlots& slots, const Scheduler& scheduler,
                                 const PrefixIndex& prefixes, const std::vector<FillingPage>& filling) {
  std::vector<int> holders(static_cast<std::size_t>(limits.numPages), 0);
  std::set<int> querySlots;
  for (const Sequence& sequence : scheduler.running()) {
    if (std::string broken = brokenIn(sequence, limits); !broken.empty()) return broken;
    for (const PageIndex page : sequence.pages.indices()) {
      if (sequence.compressions > 0 && prefixes.has(page)) return "a compressed page has a name";
    }
    for (const PageIndex page : sequence.pages.indices()) ++holders[static_cast<std::size_t>(page)];
    if (sequence.querySlot && !querySlots.insert(sequence.querySlot.index()).second)
      return "two requests have one query slot";
  }
  for (const Sequence& sequence : scheduler.waiting()) {
    if (sequence.pages.numPages() > 0 || sequence.querySlot)
      return "a waiting request holds pages or a query slot";
    if ((sequence.compressions > 0) != (sequence.swapped != nullptr))
      return "who gives way is swapped when it was compressed, and only then";
  }
  for (const FillingPage& claim : filling) {
    if (allocator.holders(claim.page) != 1) return "a compression writes to a page that another holds";
    if (prefixes.has(claim.page)) return "a compression writes to a page that has a name";
    if (claim.isFresh) ++holders[static_cast<std::size_t>(claim.page)];
  }
  int numHeld = 0;
  for (PageIndex page = 0; page < limits.numPages; ++page) {
    if (holders[static_cast<std::size_t>(page)] != allocator.holders(page)) {
      return "page " + std::to_string(page) + " has holders that no table names";
    }
    if (prefixes.has(page) != allocator.isKept(page)) return "named pages and kept pages differ";
    numHeld += allocator.holders(page) > 0 ? 1 : 0;
  }
  const std::vector<PageIndex> listed = allocator.freePages();
  const std::set<PageIndex> freePages(listed.begin(), listed.end());
  if (static_cast<int>(freePages.size()) != allocator.numFree()) return "a page is free twice";
  if (scheduler.running().empty() && numHeld > 0) return "nothing runs, and pages are held";
  if (numHeld + allocator.numFree() != limits.numPages) return "a page is neither free nor held, or both";
  if (static_cast<int>(querySlots.size()) != slots.numSlots() - slots.numFree())
    return "a query slot is taken by nobody";
  if (scheduler.unreservedPages() < 0) return "more pages are reserved than are free";
  return {};
}

}  // namespace zipage
