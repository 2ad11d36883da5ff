// Compressions and swaps: the part of the engine that carries out what the scheduler asks for.
#include <algorithm>
#include <numeric>

#include "engine/runtime/engine_state.h"

namespace zipage {

namespace {

float meanOf(const std::vector<float>& values) {
  const float sum = std::accumulate(values.begin(), values.end(), 0.0F);
  return values.empty() ? 0.0F : sum / static_cast<float>(values.size());
}

}  // namespace

CompressionSettings Engine::State::settingsOf(const Sequence& sequence) const {
  CompressionSettings settings = sequence.request.compression;
  settings.budgetTokens = sequence.budget();
  return settings;
}

CompressionSource Engine::State::sourceOf(const Sequence& sequence,
                                          const CompressionSettings& settings) const {
  return {sequence.pages,
          settings,
          sequence.physical,
          sequence.numScored,
          sequence.querySlot.index(),
          sequence.hasWindow(limits.windowTokens) ? limits.windowTokens : 0,
          static_cast<std::int32_t>(sequence.computed - 1),
          static_cast<int>(sequence.request.prompt.size()),
          sequence.request.sampling.seed,
          sequence.pinnedTokens};
}

void Engine::State::compressAsked() {
  for (Sequence& sequence : scheduler.running()) {
    if (!sequence.compressionAsked || sequence.state == SequenceState::Compressing || broken) continue;
    if (sequence.canCompress(limits.windowTokens))
      sequence.wasMeddledWith = compress(sequence) || sequence.wasMeddledWith;
    else if (sequence.physical <= sequence.budget() || !sequence.isBounded())
      sequence.compressionAsked = false;
  }
}

void Engine::State::compressDue() {
  std::vector<RequestId> due;
  for (const Sequence& sequence : scheduler.running()) {
    if (sequence.mustCompress() && sequence.state != SequenceState::Compressing) due.push_back(sequence.id);
  }
  for (const RequestId id : due) {
    Sequence* sequence = scheduler.find(id);
    // One that was due before it may have sent it to host memory.
    if (sequence == nullptr || sequence->swapped || !sequence->mustCompress() || broken) continue;
    const CompressionSettings settings = settingsOf(*sequence);
    // Shared pages are only read: what is kept then needs pages of its own.
    if (scheduler.makeRoom(*sequence, compressor.freshPagesNeeded(sourceOf(*sequence, settings))) &&
        !grows(*sequence))
      compress(*sequence);
  }
}

bool Engine::State::grows(Sequence& sequence) {
  if (sequence.policy() != MemoryPolicy::Grow) return false;
  const CompressionSettings settings = settingsOf(sequence);
  const auto measured = runner.workingSet(compressor.plan(sourceOf(sequence, settings)).plan);
  if (!measured) {
    broken = measured.error();
    return true;
  }
  constexpr double kShareOfNews = 0.2;
  const double before = sequence.longRunWorkingSet;
  sequence.longRunWorkingSet = before > 0.0 ? before + kShareOfNews * (*measured - before) : *measured;
  const std::int64_t grown = sequence.capacity() + limits.pageTokens;
  const std::int64_t pool = static_cast<std::int64_t>(limits.numPages) * limits.pageTokens;
  const std::int64_t most =
      sequence.mostEntries > 0 ? std::min<std::int64_t>(pool, sequence.mostEntries) : pool;
  if (before == 0.0 || *measured <= before || grown > most) return false;
  sequence.grownTokens += limits.pageTokens;
  return true;
}

bool Engine::State::compress(Sequence& sequence) {
  const Duration start = clock.now();
  const CompressionSettings settings = settingsOf(sequence);
  CompressionSource source = sourceOf(sequence, settings);
  if (compressor.freshPagesNeeded(source) > scheduler.unreservedPages()) return false;
  // Where there is room, what others may want to begin with stays: the next turn of a chat does.
  source.spared = &prefixes;
  if (compressor.freshPagesNeeded(source) > scheduler.unreservedPages()) source.spared = nullptr;
  PlannedCompression planned = compressor.plan(source);
  planned.plan.record = std::make_shared<CompressionRecord>();
  planned.plan.record->isWhole = sequence.isWatched || limits.recordsScores;
  if (planned.plan.record->isWhole) planned.plan.record->reasons = compressor.reasonsToKeep(source);
  for (const PageIndex page : planned.plan.targetPages) prefixes.forget(page);
  auto begun =
      limits.compressesBeside ? runner.startCompression(planned.plan) : runner.compress(planned.plan);
  if (!begun) {
    broken = begun.error();
    return false;
  }
  if (limits.compressesBeside) {
    sequence.state = SequenceState::Compressing;
    inFlight.push_back({sequence.id, std::move(planned), start});
  } else {
    commit(planned.plan, std::move(planned.freshPages), sequence, start);
  }
  return true;
}

void Engine::State::commit(const CompressionPlan& plan, std::vector<PageRef> freshPages, Sequence& sequence,
                           Duration start) {
  const int freeBefore = allocator.numFree() + static_cast<int>(freshPages.size());
  sequence.pages.retarget(plan.targetPages, std::move(freshPages));
  const int pagesReclaimed = std::max(0, allocator.numFree() - freeBefore);
  const int evicted = sequence.physical - plan.keep;
  sequence.physical = sequence.numScored = plan.keep;
  sequence.tokensEvicted += evicted;
  ++sequence.compressions;
  sequence.compressionAsked = false;
  sequence.lastCompression = plan.record;
  scheduler.reserveAgain(sequence);
  ++metrics.compressions;
  metrics.tokensEvicted += evicted;
  metrics.pagesReclaimed += pagesReclaimed;
  events.emplace_back(SequenceCompressed{sequence.id, plan.numEntries, plan.keep, evicted, pagesReclaimed,
                                         clock.now() - start, meanOf(plan.record->cut),
                                         plan.record->isWhole ? plan.record : nullptr});
}

void Engine::State::takeFinishedCompressions(bool waits) {
  if (inFlight.empty()) return;
  const auto numFinished = runner.finishedCompressions(waits);
  if (!numFinished) {
    broken = numFinished.error();
    return;
  }
  for (int i = 0; i < *numFinished; ++i) {
    InFlight done = std::move(inFlight.front());
    inFlight.pop_front();
    Sequence& sequence = *scheduler.find(done.request);
    sequence.state = SequenceState::Running;
    commit(done.planned.plan, std::move(done.planned.freshPages), sequence, done.start);
  }
}

std::vector<FillingPage> Engine::State::fillingPages() const {
  std::vector<FillingPage> pages;
  for (const InFlight& compression : inFlight) {
    const std::vector<PageRef>& fresh = compression.planned.freshPages;
    for (const PageIndex page : compression.planned.plan.targetPages) {
      const bool isFresh = std::any_of(fresh.begin(), fresh.end(),
                                       [page](const PageRef& taken) { return taken.index() == page; });
      pages.push_back({compression.request, page, isFresh});
    }
  }
  return pages;
}

void Engine::State::dropCompressions() {
  // Only then nobody writes to their pages any more, and the next engine on this runner is told of its own
  // alone.
  for (std::size_t left = inFlight.size(); left > 0;) {
    const auto numFinished = runner.finishedCompressions(true);
    if (!numFinished || *numFinished == 0) break;
    left -= static_cast<std::size_t>(*numFinished);
  }
  inFlight.clear();
}

bool Engine::State::swapOut(Sequence& sequence) {
  if (broken) return false;
  auto copy = runner.swapOut(sequence.pages.indices(), sequence.querySlot.index());
  if (!copy) {
    if (copy.error().code != ErrorCode::OutOfMemory) broken = copy.error();
    return false;
  }
  sequence.swapped = std::move(*copy);
  ++metrics.swaps;
  events.emplace_back(
      SequenceSwapped{sequence.id, true, sequence.pages.numPages(), sequence.pages.numUnshared()});
  return true;
}

bool Engine::State::swapIn(Sequence& sequence) {
  const std::unique_ptr<HostCopy> copy = std::move(sequence.swapped);
  const std::span<const PageIndex> pages = sequence.pages.indices();
  const int querySlot = sequence.querySlot.index();
  if (std::exchange(sequence.stored.isSequence, false)) {
    breakOff(runner.copyIn(static_cast<const StoredCopy&>(*copy).contents(), pages, querySlot));
    return !broken;
  }
  if (auto done = runner.swapIn(*copy, pages, querySlot); !done) {
    broken = done.error();
    return false;
  }
  events.emplace_back(SequenceSwapped{sequence.id, false, sequence.pages.numPages(), 0});
  return true;
}

void Engine::State::bringInStored() {
  if (broken) return;
  if (scheduler.running().empty() && exchange.isBringingIn()) exchange.waitForNews();
  breakOff(exchange.bringIn(scheduler));
}

void Engine::State::storeLeftovers() {
  if (!broken && exchange.isStoring()) breakOff(exchange.storeSome(scheduler.running().empty()));
}

void Engine::State::breakOff(const Result<void>& done) {
  if (!done && !broken) broken = done.error();
}

void Engine::State::notePreempted(const Sequence& sequence) {
  ++metrics.preemptions;
  events.emplace_back(
      RequestPreempted{sequence.id, static_cast<int>(sequence.computed), sequence.pages.numUnshared()});
}

void Engine::State::finishStuck() {
  if (!events.empty() || scheduler.running().empty()) return;
  // Nobody ran and nothing happened: there was no host memory for the one that should have given way.
  finishExhausted(scheduler.running().back());
}

}  // namespace zipage
