#include "app/cli/bench/bench_cases.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include "app/common/process_memory.h"
#include "engine/runtime/engine.h"

namespace zipage {

namespace {

constexpr int kRepetitions = 3;
constexpr int kDecodePrompt = 32;
constexpr int kDecodeTokens = 256;
constexpr int kPrefillTokens = 1024;
constexpr int kLongBudget = 256;
constexpr int kLongPeriod = 128;

/// Token ids that mean nothing in particular; the cost of a step does not depend on them.
std::vector<TokenId> arbitraryTokens(int count, int vocabularySize, int salt) {
  std::vector<TokenId> tokens;
  for (int index = 0; index < count; ++index)
    tokens.push_back((index * 7919 + salt * 104729 + 13) % vocabularySize);
  return tokens;
}

Request baseRequest(const ModelSession& session, int promptTokens, int newTokens, int salt) {
  Request request;
  request.prompt = arbitraryTokens(promptTokens, session.model().config.vocabularySize, salt);
  request.maxNewTokens = newTokens;
  request.ignoreEnd = true;
  request.sampling.temperature = 0.0F;
  request.policy = MemoryPolicy::Full;
  return request;
}

/// Runs requests to their ends and hands every event on.
Result<void> runAll(ModelSession& session, const std::vector<Request>& requests,
                    const std::function<void(const EngineEvent&, const Engine&)>& onEvent) {
  EngineLimits limits = session.limits();
  limits.sharesPrefixes = false;  // what is measured is reading, not finding
  limits.contextLength = 0;       // what is measured is the machine, not what the model was made for
  const SteadyClock clock;
  Engine engine(limits, session.runner(), clock);
  for (const Request& request : requests) {
    if (auto submitted = engine.submit(request); !submitted) return tl::unexpected(submitted.error());
  }
  Result<void> outcome;
  while (engine.hasWork()) {
    for (const EngineEvent& event : engine.step()) {
      onEvent(event, engine);
      const auto* finished = std::get_if<RequestFinished>(&event);
      if (finished != nullptr && finished->reason != FinishReason::Length) {
        outcome = failure(ErrorCode::Device, "a measured request did not finish: " + finished->error.message);
      }
    }
  }
  return outcome;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// The median over repetitions, after one that only warms up, of the longest `timeOf` of the requests.
Result<double> medianTime(ModelSession& session, const std::vector<Request>& requests,
                          const std::function<Duration(const RequestFinished&)>& timeOf) {
  std::vector<double> times;
  for (int repetition = 0; repetition <= kRepetitions; ++repetition) {
    double longest = 0.0;
    auto ran = runAll(session, requests, [&](const EngineEvent& event, const Engine&) {
      if (const auto* finished = std::get_if<RequestFinished>(&event)) {
        longest = std::max(longest, inSeconds(timeOf(*finished)));
      }
    });
    if (!ran) return tl::unexpected(ran.error());
    if (repetition > 0) times.push_back(longest);
  }
  return median(times);
}

/// Watches one long reply: when each token came, memory and pages.
class LongWatch {
 public:
  explicit LongWatch(BenchResult& result) : m_result(result) {}

  void operator()(const EngineEvent& event, const Engine& engine) {
    if (std::holds_alternative<TokenGenerated>(event)) m_arrivals.push_back(m_clock.now());
    if (std::holds_alternative<SequenceCompressed>(event) && m_result.residentAfterFirstCompression == 0) {
      m_result.residentAfterFirstCompression = residentBytes();
    }
    if (m_result.residentAfterFirstCompression > 0) {
      m_result.pagesHeld = std::max(m_result.pagesHeld, static_cast<int>(engine.metrics().pagesHeld));
    }
    if (const auto* finished = std::get_if<RequestFinished>(&event)) finish(*finished);
  }

 private:
  void finish(const RequestFinished& finished) {
    m_result.residentAtEnd = residentBytes();
    m_result.compressions = finished.compressions;
    m_result.seconds = inSeconds(finished.decodeTime);
    const std::size_t tenth = m_arrivals.size() / 10;
    m_result.rateOfFirstTenth = rate(0, tenth);
    m_result.rateOfLastTenth = rate(m_arrivals.size() - 1 - tenth, m_arrivals.size() - 1);
  }

  double rate(std::size_t first, std::size_t last) const {
    const double seconds = inSeconds(m_arrivals[last] - m_arrivals[first]);
    return seconds > 0.0 ? static_cast<double>(last - first) / seconds : 0.0;
  }

  BenchResult& m_result;
  SteadyClock m_clock;
  std::vector<Duration> m_arrivals;
};

}  // namespace

Result<BenchResult> benchDecode(ModelSession& session, int sequences) {
  std::vector<Request> requests;
  for (int salt = 0; salt < sequences; ++salt) {
    requests.push_back(baseRequest(session, kDecodePrompt, kDecodeTokens, salt));
  }
  const auto seconds =
      medianTime(session, requests, [](const RequestFinished& finished) { return finished.decodeTime; });
  if (!seconds) return tl::unexpected(seconds.error());

  BenchResult result;
  result.name = "decode-" + std::to_string(sequences);
  result.shape = std::to_string(sequences) + " x " + std::to_string(kDecodeTokens) +
                 " tokens after a prompt of " + std::to_string(kDecodePrompt);
  result.policy = "full";
  result.sequences = sequences;
  result.tokens = sequences * (kDecodeTokens - 1);  // the first token ends the prompt's step
  result.seconds = *seconds;
  result.meanEntries = kDecodePrompt + kDecodeTokens / 2.0;
  return result;
}

Result<BenchResult> benchPrefill(ModelSession& session) {
  const std::vector<Request> requests = {baseRequest(session, kPrefillTokens, 1, 0)};
  const auto seconds = medianTime(session, requests,
                                  [](const RequestFinished& finished) { return finished.timeToFirstToken; });
  if (!seconds) return tl::unexpected(seconds.error());

  BenchResult result;
  result.name = "prefill";
  result.shape = "a prompt of " + std::to_string(kPrefillTokens) + " tokens, " +
                 std::to_string(session.limits().maxBatchTokens) + " a step";
  result.policy = "full";
  result.tokens = kPrefillTokens;
  result.seconds = *seconds;
  result.meanEntries = kPrefillTokens / 2.0;
  result.isPrefill = true;
  result.stepTokens = session.limits().maxBatchTokens;
  return result;
}

Result<BenchResult> benchLongThinking(ModelSession& session, int tokens) {
  Request request = baseRequest(session, kDecodePrompt, tokens, 0);
  request.policy = MemoryPolicy::Budget;
  request.compression.budgetTokens = kLongBudget;
  request.compression.periodTokens = kLongPeriod;

  BenchResult result;
  result.name = "long-thinking";
  result.shape = std::to_string(tokens) + " tokens, budget " + std::to_string(kLongBudget) + ", period " +
                 std::to_string(kLongPeriod);
  result.policy = "budget";
  result.tokens = tokens - 1;
  result.meanEntries = kLongBudget + kLongPeriod / 2.0;
  auto ran = runAll(session, {request}, LongWatch(result));
  if (!ran) return tl::unexpected(ran.error());
  return result;
}

}  // namespace zipage
