// A request in progress: its tokens, its pages, and how far it is. Plain state; the scheduler moves it.
//
//   tokens     prompt, then what was generated      [logical positions 0 … tokens.size())
//   computed   how many of them have been through the model; the rest is pending (one token: a decode)
//   physical   entries held per layer and KV head; less than `computed` once it was compressed
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "engine/cache/host_copy.h"
#include "engine/cache/kv_layout.h"
#include "engine/cache/page_table.h"
#include "engine/cache/prefix_key.h"
#include "engine/cache/prefix_storage.h"
#include "engine/cache/query_slots.h"
#include "engine/cache/sequence_record.h"
#include "engine/cache/sequence_state.h"
#include "engine/schedule/reasoning_watch.h"
#include "engine/schedule/request.h"

namespace zipage {

/// What a sequence has had from a PrefixStorage.
struct StoredBeginning {
  bool wasLookedUp = false;
  bool isOnItsWay = false;  // it is not admitted before that has come
  bool isSequence = false;  // `swapped` is a StoredCopy
  int fromToken = 0;        // what came: these tokens of the text,
  int toToken = 0;          // up to but without this one
  Duration duration{};      // from the question to the last answer
  PrefixLoss loss = PrefixLoss::None;
  PrefixKey key;             // of the sequence that came
  int numCompressions = 0;   // made before it was stored,
  std::int64_t evicted = 0;  // and the tokens they evicted
};

struct Sequence {
  RequestId id;
  Request request;
  std::vector<TokenId> tokens;
  std::int64_t computed = 0;
  std::int64_t furthest =
      0;  // the most that was ever computed: tokens before it are recomputed after a preemption
  int physical = 0;
  int entriesAhead = 0;  // of a step that runs ahead: it has their pages already
  PageTable pages;
  QuerySlot querySlot;         // empty for `full`, which needs none, and where none is free
  std::int64_t slotSince = 0;  // `computed` when it got its query slot
  int mostEntries = 0;         // entries a compression can see; 0: any number
  int wholePrompt = 0;         // entries of a prompt that is read whole before the first compression; 0: not
  int checkpoint = 0;  // tokens after which what it has kept is worth storing; no step goes across; 0: none
  bool compressionAsked = false;   // by somebody, before it is due
  bool wasMeddledWith = false;     // what it keeps is no matter of its text alone: pinned, compressed early
  int grownTokens = 0;             // what `grow` has added to the budget
  double longRunWorkingSet = 0.0;  // of `grow`, entries; 0: not measured yet
  PrefixKey lastKey;               // of the last page that has a name in the prefix index
  int numNamed = 0;                // its first pages that have one
  int cachedTokens = 0;            // found in shared pages when it was first admitted
  RequestId leader;                // reads the same prompt first; none: nobody does
  StoredBeginning stored;          // of what a PrefixStorage had of its text
  int reservedPages = 0;           // pages it may count on while it reads what is known of its text
  int numScored = 0;               // entries that were there at the last compression
  int compressions = 0;
  std::int64_t tokensEvicted = 0;
  int peakPages = 0;
  std::unique_ptr<ReasoningWatch> reasoning;  // null: its reasoning cannot be ended
  std::unique_ptr<HostCopy> swapped;          // what it held, while it lies in host memory
  SequenceState state = SequenceState::Waiting;
  bool started = false;  // RequestStarted has been sent
  bool cancelled = false;
  std::vector<std::int32_t> pinnedTokens;  // kept from eviction, ascending
  bool isWatched = false;                  // somebody wants to know what is held, and why
  std::shared_ptr<const CompressionRecord> lastCompression;
  Duration submitted{};
  Duration firstToken{};
  Duration lastToken{};

  MemoryPolicy policy() const { return request.policy; }
  /// Whether it ever is compressed.
  bool isBounded() const { return request.policy != MemoryPolicy::Full; }
  /// Whether it is compressed at points of its own text alone, whatever the others do.
  bool hasFixedCapacity() const {
    return request.policy == MemoryPolicy::Budget || request.policy == MemoryPolicy::Grow;
  }
  std::int64_t pending() const { return static_cast<std::int64_t>(tokens.size()) - computed; }
  int generated() const { return static_cast<int>(tokens.size() - request.prompt.size()); }
  int outstandingPages() const {
    return reservedPages > pages.numPages() ? reservedPages - pages.numPages() : 0;
  }
  /// The most tokens it can come to.
  std::int64_t longest() const {
    return static_cast<std::int64_t>(request.prompt.size()) + request.maxNewTokens;
  }
  int budget() const { return request.compression.budgetTokens + grownTokens; }
  /// Entries after which a bounded sequence must compress before it takes another token.
  std::int64_t capacity() const {
    if (hasFixedCapacity()) {
      const std::int64_t bounded = budget() + request.compression.periodTokens;
      return compressions == 0 ? std::max<std::int64_t>(bounded, wholePrompt) : bounded;
    }
    return mostEntries > 0 && longest() > budget() ? mostEntries : INT64_MAX / 2;
  }
  bool mustCompress() const { return isBounded() && pending() > 0 && physical >= capacity(); }
  /// Whether there is something to evict now, due or not.
  bool canCompress(int windowTokens) const {
    return isBounded() && physical > budget() && hasWindow(windowTokens);
  }
  /// Of the prompt, in pages that were found.
  int tokensFromStorage() const {
    return std::clamp(cachedTokens, stored.fromToken, std::max(stored.fromToken, stored.toToken)) -
           stored.fromToken;
  }
  /// Whether a query slot can ever be of use to it.
  bool wantsSlot() const {
    return isBounded() && (compressions > 0 || longest() > (hasFixedCapacity() ? capacity() : budget()));
  }
  bool hasWindow(int windowTokens) const {
    return static_cast<bool>(querySlot) && computed - slotSince >= windowTokens;
  }
};

}  // namespace zipage
