// Reads the books of an engine: a snapshot for the views, and the invariants for tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/cache/cache_snapshot.h"
#include "engine/cache/prefix_index.h"
#include "engine/runtime/engine.h"
#include "engine/schedule/scheduler.h"

namespace zipage {

/// A page that a compression under way writes to.
struct FillingPage {
  RequestId request;
  PageIndex page = 0;
  bool isFresh = false;  // the sequence's table does not name it yet
};

std::shared_ptr<const CacheSnapshot> buildSnapshot(const EngineLimits& limits, const PageAllocator& allocator,
                                                   const Scheduler& scheduler,
                                                   const std::vector<FillingPage>& filling,
                                                   std::uint64_t step, ModelRunner& runner);

/// Empty, or which invariant does not hold, in words.
std::string firstBrokenInvariant(const EngineLimits& limits, const PageAllocator& allocator,
                                 const QuerySlots& slots, const Scheduler& scheduler,
                                 const PrefixIndex& prefixes, const std::vector<FillingPage>& filling);

}  // namespace zipage
