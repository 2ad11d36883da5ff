#include "engine/trace/memory_event.h"

namespace zipage {

namespace {

using Made = std::optional<MemoryEvent>;

MemoryEvent made(MemoryEventKind kind, RequestId request, std::int64_t tokens, std::int64_t pages) {
  MemoryEvent event;
  event.kind = kind;
  event.request = request;
  event.tokens = tokens;
  event.pages = pages;
  return event;
}

Made from(const RequestStarted& event) {
  MemoryEvent started = made(MemoryEventKind::Started, event.request, event.promptTokens, 0);
  started.cachedTokens = event.cachedTokens;
  return started;
}

Made from(const TokenGenerated&) { return std::nullopt; }

Made from(const SequenceCompressed& event) {
  return made(MemoryEventKind::Compressed, event.request, event.tokensEvicted, event.pagesReclaimed);
}

Made from(const RequestPreempted& event) {
  return made(MemoryEventKind::Preempted, event.request, event.tokensToRecompute, event.pagesReclaimed);
}

Made from(const SequenceSwapped& event) {
  return made(event.isOut ? MemoryEventKind::SwappedOut : MemoryEventKind::SwappedIn, event.request, 0,
              event.isOut ? event.pagesReclaimed : event.pages);
}

Made from(const PrefixDropped& event) {
  return made(MemoryEventKind::PrefixDropped, event.request, 0, event.pages);
}

Made from(const PinsChanged& event) {
  if (event.refusal) return std::nullopt;
  return made(MemoryEventKind::Pinned, event.request, event.tokens, 0);
}

Made from(const RequestFinished& event) {
  return made(MemoryEventKind::Finished, event.request, event.generatedTokens, event.pagesReclaimed);
}

}  // namespace

std::string_view nameOf(MemoryEventKind kind) {
  switch (kind) {
    case MemoryEventKind::Started:
      return "started";
    case MemoryEventKind::Compressed:
      return "compressed";
    case MemoryEventKind::Preempted:
      return "preempted";
    case MemoryEventKind::SwappedOut:
      return "swapped out";
    case MemoryEventKind::SwappedIn:
      return "swapped in";
    case MemoryEventKind::PrefixDropped:
      return "prefix dropped";
    case MemoryEventKind::Pinned:
      return "pinned";
    case MemoryEventKind::Finished:
      return "finished";
  }
  return {};
}

std::optional<MemoryEvent> memoryEventOf(const EngineEvent& event, Duration at) {
  Made result = std::visit([](const auto& happened) { return from(happened); }, event);
  if (result) result->at = at;
  return result;
}

}  // namespace zipage
