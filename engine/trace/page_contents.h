// Which tokens of the text lie in which page. A page has its own set for every layer and KV head.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/cache/cache_snapshot.h"
#include "engine/trace/memory_history.h"

namespace zipage {

/// A token in a page, and how many of the heads have it there.
struct TokenInPage {
  std::int32_t token = 0;
  int numHeads = 0;
};

struct PageContents {
  RequestId request;  // of the holder that is told of; none: the page is free
  int tableIndex = -1;
  int numHeads = 1;                 // of the model; 1 where all heads hold the same
  bool isKnown = true;              // false: the record of the compression that filled it is not there
  std::vector<TokenInPage> tokens;  // ascending
};

/// What a holder of this page holds in it. REQUIRES: a page of the snapshot.
PageContents contentsOf(const MemoryHistory& history, const CacheSnapshot& snapshot, PageIndex page);

/// A page that holds a token, and how many of the heads have it there.
struct PageOfToken {
  PageIndex page = 0;
  int numHeads = 0;
};

/// The pages in which a request holds a token of its text, in the order of its page table. Empty: none, or
/// not known.
std::vector<PageOfToken> pagesOf(const MemoryHistory& history, const CacheSnapshot& snapshot,
                                 RequestId request, std::int32_t token);

}  // namespace zipage
