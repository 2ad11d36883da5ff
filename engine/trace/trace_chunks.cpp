// Facts, sequences, samples and events. Limits on counts are those of what a program of this kind could
// write; memory is only taken for what the bytes can hold.
#include "engine/trace/trace_chunks.h"

#include <algorithm>

namespace zipage {

namespace {

constexpr int kMostNames = 100000;
constexpr int kMostSpans = 1 << 20;
constexpr int kMostEvents = 1 << 24;

constexpr std::int64_t kLatest = std::int64_t{1} << 52;  // µs: a hundred years

/// A time that follows another; fails where it goes back or away.
Duration laterBy(TraceCursor& in, Duration before) {
  const auto step = static_cast<std::int64_t>(in.numberUpTo(static_cast<std::uint64_t>(kLatest)));
  const std::int64_t at = inMicroseconds(before) + step;
  if (at > kLatest) in.fail();
  return std::chrono::microseconds(at);
}

}  // namespace

void writeFacts(TraceBytes& out, const HistoryParts& parts, const TraceFacts& facts) {
  out.text(facts.model);
  out.text(facts.program);
  out.signedNumber(facts.savedMs);
  out.number(facts.names.size());
  for (const auto& [owner, name] : facts.names) {
    out.number(owner.value);
    out.text(name);
  }
  out.number(parts.numDropped);
  out.signedNumber(parts.numForgottenEvents);
  out.signedNumber(parts.firstCompression);
  out.signedNumber(parts.numForgottenRecords);
}

bool readFacts(TraceCursor& in, HistoryParts& parts, TraceFacts& facts) {
  facts.model = in.text();
  facts.program = in.text();
  facts.savedMs = in.signedNumber();
  const int numNames = in.countUpTo(kMostNames);
  for (int i = 0; i < numNames && in.isGood(); ++i) {
    const OwnerId owner{in.number()};
    facts.names[owner] = in.text();
  }
  parts.numDropped = in.number();
  parts.numForgottenEvents = in.signedNumber();
  parts.firstCompression = in.signedNumber();
  parts.numForgottenRecords = in.signedNumber();
  return in.isGood() && parts.firstCompression >= 0 && parts.firstCompression < (std::int64_t{1} << 50) &&
         parts.numForgottenEvents >= 0 && parts.numForgottenRecords >= 0;
}

void writeSequence(TraceBytes& out, const SequenceTrail& trail) {
  out.number(trail.request.value);
  out.number(trail.owner.value);
  out.number(static_cast<std::uint64_t>(trail.promptTokens));
  out.byte(trail.isOver ? 1 : 0);
  out.number(static_cast<std::uint64_t>(trail.texts.numTokens()));
  for (int token = 0; token < trail.texts.numTokens(); ++token) out.number(trail.texts.textOf(token).size());
  out.raw(trail.texts.text().data(), trail.texts.text().size());
}

bool readSequence(TraceCursor& in, HistoryParts& parts) {
  SequenceTrail trail;
  trail.request.value = in.number();
  trail.owner.value = in.number();
  trail.promptTokens = in.countUpTo(kMostTextTokens);
  trail.isOver = in.byte() != 0;
  const int numTokens = in.countUpTo(kMostTextTokens);
  if (!in.isGood() || static_cast<std::size_t>(numTokens) > in.remaining()) return false;
  std::vector<std::uint64_t> lengths;
  lengths.reserve(static_cast<std::size_t>(numTokens));
  for (int token = 0; token < numTokens; ++token) lengths.push_back(in.number());
  for (const std::uint64_t length : lengths) trail.texts.add(in.raw(length));
  const bool isNew = std::none_of(parts.trails.begin(), parts.trails.end(),
                                  [&](const SequenceTrail& known) { return known.request == trail.request; });
  if (!in.isGood() || !trail.request || !isNew || trail.promptTokens > numTokens) return false;
  parts.trails.push_back(std::move(trail));
  return true;
}

void writeSamples(TraceBytes& out, const std::vector<SampleSpan>& spans) {
  out.number(spans.size());
  SampleSpan before;
  for (const SampleSpan& span : spans) {
    const MemorySample &now = span.last, &then = before.last;
    out.number(static_cast<std::uint64_t>(inMicroseconds(span.from) - inMicroseconds(before.last.at)));
    out.number(static_cast<std::uint64_t>(inMicroseconds(now.at) - inMicroseconds(span.from)));
    out.number(span.numSamples);
    out.signedNumber(static_cast<std::int64_t>(now.step - then.step));
    const std::pair<std::int64_t, std::int64_t> numbers[] = {{now.pagesHeld, then.pagesHeld},
                                                             {now.pagesTotal, then.pagesTotal},
                                                             {now.tokensLive, then.tokensLive},
                                                             {now.running, then.running},
                                                             {now.waiting, then.waiting},
                                                             {now.compressions, then.compressions},
                                                             {now.tokensEvicted, then.tokensEvicted},
                                                             {now.pagesReclaimed, then.pagesReclaimed},
                                                             {span.fewestPages, now.pagesHeld},
                                                             {span.mostPages, now.pagesHeld},
                                                             {span.fewestTokens, now.tokensLive},
                                                             {span.mostTokens, now.tokensLive},
                                                             {span.mostRunning, now.running},
                                                             {span.mostWaiting, now.waiting}};
    for (const auto& [value, last] : numbers) out.signedNumber(value - last);
    out.real(static_cast<float>(now.tokensPerSecond));
    out.real(static_cast<float>(span.highestRate));
    before = span;
  }
}

bool readSamples(TraceCursor& in, HistoryParts& parts) {
  const int numSpans = in.countUpTo(kMostSpans);
  SampleSpan before;
  for (int i = 0; i < numSpans && in.isGood(); ++i) {
    SampleSpan span;
    MemorySample& now = span.last;
    const MemorySample& then = before.last;
    span.from = laterBy(in, then.at);
    now.at = laterBy(in, span.from);
    span.numSamples = static_cast<std::uint32_t>(in.numberUpTo(UINT32_MAX));
    now.step = then.step + static_cast<std::uint64_t>(in.signedNumber());
    const auto follow = [&in](auto& value, std::int64_t last) {
      using Value = std::remove_reference_t<decltype(value)>;
      value = static_cast<Value>(static_cast<std::uint64_t>(last) +
                                 static_cast<std::uint64_t>(in.signedNumber()));
    };
    follow(now.pagesHeld, then.pagesHeld);
    follow(now.pagesTotal, then.pagesTotal);
    follow(now.tokensLive, then.tokensLive);
    follow(now.running, then.running);
    follow(now.waiting, then.waiting);
    follow(now.compressions, then.compressions);
    follow(now.tokensEvicted, then.tokensEvicted);
    follow(now.pagesReclaimed, then.pagesReclaimed);
    follow(span.fewestPages, now.pagesHeld);
    follow(span.mostPages, now.pagesHeld);
    follow(span.fewestTokens, now.tokensLive);
    follow(span.mostTokens, now.tokensLive);
    follow(span.mostRunning, now.running);
    follow(span.mostWaiting, now.waiting);
    now.tokensPerSecond = in.real();
    span.highestRate = in.real();
    const bool isSane = now.pagesHeld >= 0 && now.tokensLive >= 0 && now.running >= 0 && now.waiting >= 0 &&
                        span.mostRunning >= 0 && span.mostWaiting >= 0 && span.mostPages >= 0 &&
                        span.mostRunning < (1 << 24) && span.mostWaiting < (1 << 24) &&
                        now.tokensPerSecond >= 0.0 && now.tokensPerSecond < 1e9 && span.highestRate >= 0.0 &&
                        span.highestRate < 1e9;
    if (!in.isGood() || !isSane) return false;
    parts.spans.push_back(span);
    before = span;
  }
  return in.isGood();
}

void writeEvents(TraceBytes& out, const std::vector<MemoryEvent>& events) {
  out.number(events.size());
  Duration before{};
  for (const MemoryEvent& event : events) {
    out.number(static_cast<std::uint64_t>(inMicroseconds(event.at) - inMicroseconds(before)));
    out.byte(static_cast<std::uint8_t>(event.kind));
    out.number(event.request.value);
    out.number(event.owner.value);
    out.signedNumber(event.tokens);
    out.signedNumber(event.cachedTokens);
    out.signedNumber(event.pages);
    out.signedNumber(event.compression);
    before = event.at;
  }
}

bool readEvents(TraceCursor& in, HistoryParts& parts) {
  const int numEvents = in.countUpTo(kMostEvents);
  Duration before{};
  for (int i = 0; i < numEvents && in.isGood(); ++i) {
    MemoryEvent event;
    before = event.at = laterBy(in, before);
    const std::uint8_t kind = in.byte();
    if (kind > static_cast<std::uint8_t>(MemoryEventKind::Finished)) return false;
    event.kind = static_cast<MemoryEventKind>(kind);
    event.request.value = in.number();
    event.owner.value = in.number();
    event.tokens = in.signedNumber();
    event.cachedTokens = in.signedNumber();
    event.pages = in.signedNumber();
    event.compression = in.signedNumber();
    if (in.isGood()) parts.events.push_back(event);
  }
  return in.isGood();
}

}  // namespace zipage
