// An Engine on a FakeRunner, with every event sorted by request and every promise checked after each step.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/runtime/engine.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_runner.h"

namespace zipage::test {

/// What became of one request.
struct Served {
  std::vector<TokenId> tokens;
  std::vector<TokenLogProbs> logProbs;
  std::optional<RequestFinished> finished;
  int starts = 0;
  int compressions = 0;
  int preemptions = 0;
  int swaps = 0;
};

class EngineRun {
 public:
  /// `storage` outlives the run.
  explicit EngineRun(const EngineLimits& limits, PrefixStorage* storage = nullptr)
      : runner(limits), engine(limits, runner, clock, storage) {}

  /// The id, or 0 with the reason in `refusal`.
  RequestId submit(Request request) {
    auto id = engine.submit(std::move(request));
    refusal = id ? Error{} : id.error();
    if (id) served[*id];
    return id ? *id : RequestId{};
  }

  /// The ids; none with the reason in `refusal`.
  std::vector<RequestId> submitSamples(const Request& request, int numSamples) {
    auto ids = engine.submitSamples(request, numSamples);
    refusal = ids ? Error{} : ids.error();
    if (!ids) return {};
    for (const RequestId id : *ids) served[id];
    return *ids;
  }

  /// One step. False once something is wrong; `problem` says what.
  bool step() {
    clock.advance(std::chrono::milliseconds(10));
    for (const EngineEvent& event : engine.step()) {
      std::visit([this](const auto& one) { take(one); }, event);
      if (!std::holds_alternative<TokenGenerated>(event)) happened.push_back(event);
    }
    note(engine.brokenInvariant());
    note(runner.complaint);
    return problem.empty();
  }

  /// Steps until nothing is left to do.
  bool finish(int maxSteps = 20000) {
    for (int i = 0; engine.hasWork(); ++i) {
      if (!step()) return false;
      if (i < maxSteps) continue;
      note("it does not come to an end");
      return false;
    }
    for (const auto& [id, request] : served) {
      if (!request.finished) note("request " + std::to_string(id.value) + " never finished");
    }
    if (engine.snapshot()->pagesHeld != 0) note("pages are held at the end");
    return problem.empty();
  }

  /// Whether somebody else holds every page that this compression reads.
  bool isAllShared(const CompressionPlan& plan) const {
    const auto snapshot = engine.snapshot();
    return std::all_of(plan.sourcePages.begin(), plan.sourcePages.end(),
                       [&](PageIndex page) { return snapshot->holdersOf(page).size() > 1; });
  }
  /// Something is wrong; the first thing counts.
  void note(const std::string& text) {
    if (problem.empty()) problem = text;
  }

  Served& operator[](RequestId id) { return served.at(id); }

  /// What happened of this kind, in order.
  template <typename Event>
  std::vector<Event> allOf() const {
    std::vector<Event> found;
    for (const EngineEvent& event : happened) {
      if (const auto* one = std::get_if<Event>(&event)) found.push_back(*one);
    }
    return found;
  }
  /// Where this request stands; nothing while it holds nothing.
  std::optional<SequenceState> stateOf(RequestId id) const {
    const auto snapshot = engine.snapshot();
    for (const SequenceSnapshot& sequence : snapshot->sequences) {
      if (sequence.request == id) return sequence.state;
    }
    return std::nullopt;
  }

  FakeClock clock;
  FakeRunner runner;
  Engine engine;
  std::map<RequestId, Served> served;
  std::vector<EngineEvent> happened;  // but for the tokens
  std::string problem;
  Error refusal;

 private:
  Served& of(RequestId id) {
    Served& request = served[id];
    if (request.finished)
      note("something happened to request " + std::to_string(id.value) + " after its end");
    return request;
  }

  void take(const RequestStarted& event) {
    if (++of(event.request).starts > 1) note("a request starts twice");
  }
  void take(const TokenGenerated& event) {
    Served& request = of(event.request);
    if (request.starts == 0) note("a token comes before the start");
    request.tokens.push_back(event.token);
    if (event.logProbs) request.logProbs.push_back(*event.logProbs);
  }
  void take(const SequenceCompressed& event) { ++of(event.request).compressions; }
  void take(const PrefixDropped&) {}
  void take(const PinsChanged&) {}
  void take(const SequenceSwapped& event) { of(event.request).swaps += event.isOut ? 1 : 0; }
  void take(const RequestPreempted& event) { ++of(event.request).preemptions; }
  void take(const RequestFinished& event) {
    Served& request = of(event.request);
    request.finished = event;
    if (event.generatedTokens != static_cast<int>(request.tokens.size()))
      note("the tokens of a request are miscounted");
    if (event.compressions != request.compressions) note("the compressions of a request are miscounted");
  }
};

/// A small engine: pages of 4 tokens, a window of 2.
inline EngineLimits smallLimits(int numPages) {
  EngineLimits limits;
  limits.pageTokens = 4;
  limits.numPages = numPages;
  limits.numQuerySlots = 8;
  limits.windowTokens = 2;
  limits.maxBatchTokens = 16;
  limits.maxSequences = 8;
  limits.bytesPerPage = 1000;
  return limits;
}

inline Request fullRequest(int promptTokens, int newTokens, TokenId salt = 1) {
  Request request;
  for (int i = 0; i < promptTokens; ++i) request.prompt.push_back(i == 0 ? salt : (i * 7 + salt) % 40);
  request.maxNewTokens = newTokens;
  request.ignoreEnd = true;
  request.policy = MemoryPolicy::Full;
  return request;
}

inline Request budgetRequest(int promptTokens, int newTokens, int budget, int period, TokenId salt = 1) {
  Request request = fullRequest(promptTokens, newTokens, salt);
  request.policy = MemoryPolicy::Budget;
  request.compression.budgetTokens = budget;
  request.compression.periodTokens = period;
  return request;
}

/// What a request says when nobody is beside it.
inline std::vector<TokenId> aloneWithAmpleRoom(const Request& request) {
  EngineLimits limits = smallLimits(200);
  limits.maxBatchTokens = 300;
  EngineRun run(limits);
  const RequestId id = run.submit(request);
  return run.finish() ? run[id].tokens : std::vector<TokenId>{};
}

}  // namespace zipage::test
