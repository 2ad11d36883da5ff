// What happened to memory, one line each: the events of an engine with the time they happened and the chat
// they were about, without the tokens that were drawn.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "engine/runtime/engine_event.h"

namespace zipage {

enum class MemoryEventKind : std::uint8_t {
  Started,
  Compressed,
  Preempted,
  SwappedOut,
  SwappedIn,
  PrefixDropped,
  Pinned,
  Finished,
};

struct MemoryEvent {
  Duration at{};
  MemoryEventKind kind = MemoryEventKind::Started;
  RequestId request;  // none: it is about nobody
  OwnerId owner;
  // Compressed: evicted by each layer and KV head. Started: of the prompt. Preempted: to be computed again.
  // Pinned: kept from eviction. Finished: generated.
  std::int64_t tokens = 0;
  std::int64_t cachedTokens = 0;  // Started: of the prompt, found in shared pages
  std::int64_t pages = 0;         // reclaimed; SwappedIn: taken; PrefixDropped: that lost their name
  std::int64_t compression = -1;  // Compressed: its number in the history
  bool operator==(const MemoryEvent&) const = default;
};

/// "swapped out"
std::string_view nameOf(MemoryEventKind kind);

/// Nothing for events that are not about memory.
std::optional<MemoryEvent> memoryEventOf(const EngineEvent& event, Duration at);

}  // namespace zipage
