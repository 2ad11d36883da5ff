// Steps: the part of the engine that gives them to the runner, keeps the books of what they compute and takes
// what they draw.
#include <algorithm>

#include "engine/runtime/engine_state.h"

namespace zipage {

void Engine::State::runStep() {
  if (broken) return;
  const bool wasAhead = isUnderWay;
  if (!isUnderWay && !beginStep()) return;
  // From here on the books are those of its end, but for what it draws.
  for (const StepShare& share : current.shares) {
    if (share.sequence != nullptr) account(*share.sequence, share.numTokens);
  }
  isUnderWay = !broken && beginAhead();
  if (broken) return;
  finishStep(wasAhead);
  if (isUnderWay) std::swap(current, ahead);
}

/// False: there is nothing to run, or it could not begin.
bool Engine::State::beginStep() {
  scheduler.share(current.shares, pace.tokens());
  notePages();
  if (broken) return false;
  if (current.shares.empty()) {
    inFlight.empty() ? finishStuck() : takeFinishedCompressions(true);
    return false;
  }
  const StepInputs& inputs = builder.build(current.shares, current.sampled);
  current.numTokens = static_cast<int>(inputs.tokenIds.size());
  current.start = clock.now();
  breakOff(runner.startStep(inputs));
  return !broken;
}

bool Engine::State::beginAhead() {
  if (!canRunAhead() || !scheduler.shareAhead(current.sampled, ahead.shares)) return false;
  breakOff(runner.startStep(builder.buildAhead(ahead.shares, ahead.sampled)));
  return !broken;
}

bool Engine::State::canRunAhead() {
  if (!limits.runsAhead || exchange.isStoring() || exchange.isBringingIn()) return false;
  const std::list<Sequence>& running = scheduler.running();
  return std::all_of(running.begin(), running.end(), [this](const Sequence& sequence) {
    return sequence.state == SequenceState::Compressing || isPlainDecode(sequence);
  });
}

/// Whether all is known about its next step but for the token, and that one will not be its last by count.
bool Engine::State::isPlainDecode(const Sequence& sequence) const {
  const Request& request = sequence.request;
  const auto numTokens = static_cast<std::int64_t>(sequence.tokens.size()) + 1;
  const bool endsByCount =
      numTokens >= sequence.longest() ||
      (limits.contextLength > 0 && numTokens >= limits.contextLength && !request.ignoreEnd);
  const bool hasHistory = request.sampling.repetitionPenalty != 1.0F;
  const bool isAsked = sequence.cancelled || sequence.compressionAsked ||
                       (sequence.reasoning != nullptr && sequence.reasoning->mayHaveToEnd());
  return !endsByCount && !hasHistory && !isAsked &&
         (request.ignoreEnd || request.endTokens.size() <= kMostEndTokens);
}

void Engine::State::finishStep(bool wasAhead) {
  drawn.resize(current.sampled.size());
  breakOff(runner.finishStep(drawn));
  if (broken) return;
  if (!wasAhead) {  // or it shared its time with the step before
    const Duration took = clock.now() - current.start;
    pace.note(current.numTokens, took);
    // What is said is no prompt.
    exchange.noteComputed(current.numTokens - static_cast<int>(current.sampled.size()), took);
  }
  advance(current.sampled);
}

void Engine::State::dropStep() {
  if (!std::exchange(isUnderWay, false)) return;
  drawn.resize(current.sampled.size());
  static_cast<void>(runner.finishStep(drawn));  // nobody is interested any more
}

void Engine::State::Step::drop(Sequence& sequence) {
  std::replace(sampled.begin(), sampled.end(), &sequence, static_cast<Sequence*>(nullptr));
  for (StepShare& share : shares) {
    if (share.sequence == &sequence) share.sequence = nullptr;
  }
}

void Engine::State::account(Sequence& sequence, int numTokens) {
  const auto promptTokens = static_cast<std::int64_t>(sequence.request.prompt.size());
  if (!sequence.started) {
    sequence.started = true;
    noteStart(sequence);
  }
  const std::int64_t before = sequence.computed;
  sequence.computed += numTokens;
  sequence.physical += numTokens;
  sequence.entriesAhead = 0;
  metrics.promptTokens +=
      std::max<std::int64_t>(0, std::min(sequence.computed, promptTokens) - sequence.furthest);
  metrics.recomputedTokens +=
      std::max<std::int64_t>(0, std::min(sequence.computed, sequence.furthest) - before);
  sequence.furthest = std::max(sequence.furthest, sequence.computed);
  namePages(sequence);
  breakOff(exchange.storeAtCheckpoint(sequence));
}

void Engine::State::noteStart(const Sequence& sequence) {
  metrics.cachedTokens += sequence.cachedTokens;
  metrics.storedTokens += sequence.tokensFromStorage();
  events.emplace_back(RequestStarted{sequence.id, static_cast<int>(sequence.request.prompt.size()),
                                     sequence.cachedTokens, sequence.tokensFromStorage(),
                                     sequence.stored.duration, sequence.stored.loss});
  exchange.noteStart(sequence);
}

void Engine::State::namePages(Sequence& sequence) {
  if (!limits.sharesPrefixes || sequence.compressions > 0) return;
  const auto pageTokens = static_cast<std::size_t>(limits.pageTokens);
  const std::span<const TokenId> text(sequence.tokens);
  for (; (sequence.numNamed + 1) * limits.pageTokens <= sequence.physical; ++sequence.numNamed) {
    const auto index = static_cast<std::size_t>(sequence.numNamed);
    const PrefixKey parent = index == 0 ? prefixes.root() : sequence.lastKey;
    sequence.lastKey =
        prefixes.add(sequence.pages.indices()[index], parent, text.subspan(index * pageTokens, pageTokens));
  }
}

void Engine::State::advance(const std::vector<Sequence*>& sequences) {
  const Duration now = clock.now();
  const std::int64_t before = metrics.generatedTokens;
  const std::span<const TokenRanking> rankings = runner.rankings();
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    if (sequences[i] != nullptr)
      takeToken(*sequences[i], drawn[i], rankings.empty() ? nullptr : &rankings[i]);
  }
  rate.add(now, metrics.generatedTokens - before);
}

namespace {

/// None unless the request asks.
std::optional<TokenLogProbs> logProbsFor(const Request& request, const TokenRanking* ranking) {
  if (request.numTopLogProbs < 0 || ranking == nullptr) return std::nullopt;
  const auto first = ranking->begin() + 1;
  const auto end = std::find_if(first, first + request.numTopLogProbs,
                                [](const TokenProbability& likely) { return likely.token < 0; });
  return TokenLogProbs{ranking->front().logProbability, {first, end}};
}

}  // namespace

void Engine::State::takeToken(Sequence& sequence, TokenId token, const TokenRanking* ranking) {
  const Request& request = sequence.request;
  sequence.lastToken = clock.now();
  if (sequence.generated() == 0) sequence.firstToken = sequence.lastToken;
  const auto& ends = request.endTokens;
  if (!request.ignoreEnd && std::find(ends.begin(), ends.end(), token) != ends.end()) {
    return finish(sequence, FinishReason::EndToken);
  }
  sequence.tokens.push_back(token);
  ++metrics.generatedTokens;
  if (sequence.reasoning != nullptr) sequence.reasoning->add(token);
  events.emplace_back(TokenGenerated{sequence.id, token, logProbsFor(request, ranking)});
  const bool atContextEnd = limits.contextLength > 0 &&
                            static_cast<int>(sequence.tokens.size()) >= limits.contextLength &&
                            !request.ignoreEnd;
  if (sequence.generated() >= request.maxNewTokens || atContextEnd) finish(sequence, FinishReason::Length);
}

}  // namespace zipage
