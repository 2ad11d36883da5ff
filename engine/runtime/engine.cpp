#include "engine/runtime/engine.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/runtime/engine_state.h"
#include "engine/runtime/request_check.h"

namespace zipage {

Engine::State::State(const EngineLimits& limits_, ModelRunner& runner_, const Clock& clock_,
                     PrefixStorage* storage)
    : limits(limits_),
      runner(runner_),
      clock(clock_),
      allocator(limits_.numPages),
      slots(limits_.numQuerySlots),
      prefixes(allocator, limits_.pageTokens, limits_.prefixSalt),
      compressor(allocator, limits_.pageTokens, limits_.windowTokens),
      scheduler({limits_.pageTokens, limits_.windowTokens, limits_.maxBatchTokens, limits_.maxSequences,
                 limits_.watermark, limits_.admission},
                allocator, slots, *this, limits_.sharesPrefixes ? &prefixes : nullptr),
      exchange(limits, storage, runner, clock, allocator, prefixes),
      builder(limits_.pageTokens, limits_.windowTokens),
      pace(limits_.stepTime, limits_.maxBatchTokens) {
  metrics.pagesTotal = limits_.numPages;
}

Engine::Engine(const EngineLimits& limits, ModelRunner& runner, const Clock& clock, PrefixStorage* storage)
    : m_state(std::make_unique<State>(limits, runner, clock, storage)) {}
Engine::~Engine() {
  m_state->dropCompressions();
  m_state->dropStep();
}

Result<RequestId> Engine::submit(Request request) {
  const RequestId id{m_state->nextId++};
  if (auto taken = submitAs(std::move(request), std::span(&id, 1)); !taken)
    return tl::unexpected(taken.error());
  return id;
}

Result<std::vector<RequestId>> Engine::submitSamples(Request request, int numSamples) {
  std::vector<RequestId> ids;
  for (int sample = 0; sample < numSamples; ++sample) ids.push_back(RequestId{m_state->nextId++});
  if (auto taken = submitAs(std::move(request), ids); !taken) return tl::unexpected(taken.error());
  return ids;
}

Result<void> Engine::submitAs(Request request, std::span<const RequestId> ids) {
  State& state = *m_state;
  if (ids.empty()) return failure(ErrorCode::InvalidArgument, "at least one sample must be asked for");
  if (state.lost) return tl::unexpected(*state.lost);
  if (auto checked = checkRequest(request, state.limits); !checked) return tl::unexpected(checked.error());
  for (std::size_t sample = 0; sample < ids.size(); ++sample) {
    const bool isLast = sample + 1 == ids.size();
    Sequence sequence = state.sequenceOf(ids[sample], isLast ? std::move(request) : request);
    sequence.request.sampling.seed += sample;
    if (sample > 0) sequence.leader = ids.front();
    state.scheduler.add(std::move(sequence));
  }
  return {};
}

Sequence Engine::State::sequenceOf(RequestId id, Request request) {
  Sequence sequence;
  sequence.id = id;
  sequence.tokens = request.prompt;
  sequence.submitted = clock.now();
  sequence.mostEntries = limits.maxCompressedEntries;
  // By the size of the pool, not by what is free of it: what is forgotten never depends on the others.
  const std::int64_t pool = static_cast<std::int64_t>(limits.numPages) * limits.pageTokens;
  const std::int64_t room =
      sequence.mostEntries > 0 ? std::min<std::int64_t>(pool, sequence.mostEntries) : pool;
  if (request.compression.wholePrompt && static_cast<std::int64_t>(request.prompt.size()) <= room)
    sequence.wholePrompt = static_cast<int>(request.prompt.size());
  if (request.reasoning.tokenizer != nullptr)
    sequence.reasoning = std::make_unique<ReasoningWatch>(request.reasoning);
  sequence.request = std::move(request);
  exchange.planCheckpoint(sequence);
  return sequence;
}

void Engine::cancel(RequestId request) {
  if (Sequence* sequence = m_state->scheduler.find(request); sequence != nullptr) sequence->cancelled = true;
}

void Engine::cancelAll() {
  for (std::list<Sequence>* sequences : {&m_state->scheduler.running(), &m_state->scheduler.waiting()}) {
    for (Sequence& sequence : *sequences) sequence.cancelled = true;
  }
}

void Engine::compressNow(RequestId request) {
  if (Sequence* sequence = m_state->scheduler.find(request); sequence != nullptr)
    sequence->compressionAsked = true;
}

Result<void> Engine::pin(RequestId request, std::vector<std::int32_t> tokens) {
  Sequence* sequence = m_state->scheduler.find(request);
  if (sequence == nullptr) return failure(ErrorCode::NotFound, "there is no such request any more");
  std::sort(tokens.begin(), tokens.end());
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  if (auto checked = checkPins(sequence->request, tokens, m_state->limits); !checked) return checked;
  sequence->wasMeddledWith = true;
  sequence->pinnedTokens = std::move(tokens);
  return {};
}

void Engine::endReasoning(RequestId request) {
  Sequence* sequence = m_state->scheduler.find(request);
  if (sequence != nullptr && sequence->reasoning != nullptr) sequence->reasoning->wantEnd();
}

void Engine::watch(RequestId request, bool isWatched) {
  if (Sequence* sequence = m_state->scheduler.find(request); sequence != nullptr)
    sequence->isWatched = isWatched;
}

bool Engine::hasWork() const {
  return !m_state->scheduler.running().empty() || !m_state->scheduler.waiting().empty() ||
         !m_state->events.empty() || m_state->isUnderWay || m_state->exchange.isStoring();
}

std::span<EngineEvent> Engine::step() {
  State& state = *m_state;
  state.told.clear();
  ++state.metrics.steps;
  state.takeFinishedCompressions(false);
  state.finishCancelled();
  state.endReasonings();
  if (!state.isUnderWay) state.plan();
  state.runStep();
  if (!state.isUnderWay) state.storeLeftovers();
  state.failIfBroken();
  state.noteDropped();
  state.notePages();
  if (state.limits.checksBooks)
    ZIPAGE_CHECK(brokenInvariant().empty(), "the books are in order after every step");
  std::swap(state.events, state.told);  // both keep their memory
  return state.told;
}

void Engine::State::plan() {
  bringInStored();
  scheduler.admit();
  finishHopeless();
  compressAsked();
  compressDue();
}

void Engine::State::finishCancelled() {
  std::vector<RequestId> ids;
  for (const Sequence& sequence : scheduler.running()) {
    // Its pages are in use by the device until it is done.
    const bool isInUse = sequence.state == SequenceState::Compressing || sequence.entriesAhead > 0;
    if (sequence.cancelled && !isInUse) ids.push_back(sequence.id);
  }
  for (const Sequence& sequence : scheduler.waiting()) {
    if (sequence.cancelled) ids.push_back(sequence.id);
  }
  for (const RequestId id : ids) finish(*scheduler.find(id), FinishReason::Cancelled);
}

void Engine::State::endReasonings() {
  for (std::list<Sequence>* sequences : {&scheduler.running(), &scheduler.waiting()}) {
    for (Sequence& sequence : *sequences) {
      const bool isStill = sequence.started && sequence.entriesAhead == 0;
      if (isStill && sequence.reasoning != nullptr && sequence.reasoning->mustEnd()) endReasoning(sequence);
    }
  }
}

/// The ending stands in the text as though it had been drawn; the model reads it and draws on.
void Engine::State::endReasoning(Sequence& sequence) {
  const std::vector<TokenId>& ending = sequence.request.reasoning.ending;
  const auto numTokens = static_cast<std::int64_t>(sequence.tokens.size() + ending.size());
  // So near to its end the reply has no room for an answer.
  if (numTokens >= sequence.longest() || (limits.contextLength > 0 && numTokens >= limits.contextLength))
    return;
  sequence.lastToken = clock.now();
  if (sequence.generated() == 0) sequence.firstToken = sequence.lastToken;
  const bool asksForLogProbs = sequence.request.numTopLogProbs >= 0;
  for (const TokenId token : ending) {
    sequence.tokens.push_back(token);
    sequence.reasoning->add(token);
    events.emplace_back(
        TokenGenerated{sequence.id, token, asksForLogProbs ? std::optional(TokenLogProbs{}) : std::nullopt});
  }
  metrics.generatedTokens += static_cast<std::int64_t>(ending.size());
}

void Engine::State::finishHopeless() {
  while (Sequence* sequence = scheduler.hopeless()) {
    finishExhausted(*sequence);
    scheduler.admit();
  }
}

void Engine::State::finishExhausted(Sequence& sequence) {
  finish(sequence, FinishReason::PoolExhausted,
         {ErrorCode::PoolTooSmall, "The pool of " + std::to_string(limits.numPages * limits.pageTokens) +
                                       " tokens is full after " + std::to_string(sequence.tokens.size()) +
                                       " tokens. With a memory budget the reply could go on."});
}

void Engine::State::finish(Sequence& sequence, FinishReason reason, Error error) {
  RequestFinished event;
  event.request = sequence.id;
  event.reason = reason;
  event.error = std::move(error);
  event.promptTokens = static_cast<int>(sequence.request.prompt.size());
  event.cachedTokens = sequence.cachedTokens;
  event.storedTokens = sequence.tokensFromStorage();
  event.storageTime = sequence.stored.duration;
  event.computedTokens = static_cast<int>(std::min<std::int64_t>(sequence.furthest, event.promptTokens)) -
                         std::min(event.cachedTokens, event.promptTokens);
  event.generatedTokens = sequence.generated();
  event.compressions = sequence.compressions - sequence.stored.numCompressions;
  event.tokensEvicted = sequence.tokensEvicted - sequence.stored.evicted;
  event.peakPages = sequence.peakPages;
  event.pagesReclaimed = sequence.pages.numUnshared();
  if (sequence.firstToken > Duration::zero()) {
    event.timeToFirstToken = sequence.firstToken - sequence.submitted;
    event.decodeTime = sequence.lastToken - sequence.firstToken;
  }
  if (reason != FinishReason::Failed) breakOff(exchange.storeTurn(sequence));
  events.push_back(std::move(event));
  ahead.drop(sequence);
  scheduler.remove(sequence.id);
}

void Engine::State::failIfBroken() {
  if (!broken) return;
  const Error error = *std::exchange(broken, std::nullopt);
  lost = error;
  dropCompressions();
  isUnderWay = false;  // the device is not asked any more
  exchange.forgetUnsaved();
  std::vector<RequestId> ids;
  for (const Sequence& sequence : scheduler.running()) ids.push_back(sequence.id);
  for (const Sequence& sequence : scheduler.waiting()) ids.push_back(sequence.id);
  for (const RequestId id : ids) finish(*scheduler.find(id), FinishReason::Failed, error);
}

void Engine::State::noteDropped() {
  const std::int64_t dropped = prefixes.numDropped() - metrics.pagesDropped;
  if (dropped > 0) events.emplace_back(PrefixDropped{dropped, RequestId{}});
  metrics.pagesDropped += dropped;
}

void Engine::State::notePages() {
  metrics.running = static_cast<std::int32_t>(scheduler.running().size());
  metrics.waiting = static_cast<std::int32_t>(scheduler.waiting().size());
  metrics.pagesHeld = allocator.numHeld();
  metrics.peakPages = std::max(metrics.peakPages, metrics.pagesHeld);
  metrics.tokensLive = tokensLive();
}

/// Entries of shared pages count once. Such pages are full, so what is counted twice is known from the
/// tables.
std::int64_t Engine::State::tokensLive() const {
  std::int64_t entries = 0;
  std::int64_t claims = 0;
  for (const Sequence& sequence : scheduler.running()) {
    entries += sequence.physical;
    claims += sequence.pages.numPages();
  }
  for (const InFlight& compression : inFlight)
    claims += static_cast<std::int64_t>(compression.planned.freshPages.size());
  return entries - (claims - allocator.numHeld()) * limits.pageTokens;
}

const EngineLimits& Engine::limits() const { return m_state->limits; }

EngineMetrics Engine::metrics() const {
  EngineMetrics metrics = m_state->metrics;
  metrics.tokensPerSecond = m_state->rate.perSecond(m_state->clock.now());
  return metrics;
}

std::shared_ptr<const CacheSnapshot> Engine::snapshot() const {
  return buildSnapshot(m_state->limits, m_state->allocator, m_state->scheduler, m_state->fillingPages(),
                       m_state->metrics.steps, m_state->runner);
}

std::string Engine::brokenInvariant() const {
  return firstBrokenInvariant(m_state->limits, m_state->allocator, m_state->slots, m_state->scheduler,
                              m_state->prefixes, m_state->fillingPages());
}

}  // namespace zipage
