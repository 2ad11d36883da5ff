// A request in progress: its tokens, its pages, and how far it is. Plain state; the scheduler moves it.
//
//   tokens     prompt, then what was generated      [logical positions 0 … tokens.size())
//   computed   how many of them have been through the model; the rest is pending (one token: a decode)
//   physical   entries held per layer and KV head; less than `computed` once it was compressed
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "engine/cache/kv_layout.h"
#include "engine/cache/page_table.h"
#include "engine/cache/query_slots.h"
#include "engine/schedule/request.h"

namespace zipage {

struct Sequence {
  RequestId id;
  Request request;
  std::vector<TokenId> tokens;
  std::int64_t computed = 0;
  std::int64_t furthest =
      0;  // the most that was ever computed: tokens before it are recomputed after a preemption
  int physical = 0;
  PageTable pages;
  QuerySlot querySlot;  // empty for `full`, which needs none
  int reservedPages =
      0;              // all pages a bounded sequence may come to hold; those of its known tokens for `full`
  int numScored = 0;  // entries that were there at the last compression
  int compressions = 0;
  std::int64_t tokensEvicted = 0;
  int peakPages = 0;
  bool started = false;  // RequestStarted has been sent
  bool cancelled = false;
  Duration submitted{};
  Duration firstToken{};
  Duration lastToken{};

  bool isBounded() const { return request.policy == MemoryPolicy::Budget; }
  std::int64_t pending() const { return static_cast<std::int64_t>(tokens.size()) - computed; }
  int generated() const { return static_cast<int>(tokens.size() - request.prompt.size()); }
  int outstandingPages() const {
    return reservedPages > pages.numPages() ? reservedPages - pages.numPages() : 0;
  }
  /// Entries after which a bounded sequence must compress before it takes another token.
  int capacity() const { return request.compression.capacityTokens(); }
  bool mustCompress() const { return isBounded() && pending() > 0 && physical == capacity(); }
};

}  // namespace zipage
