#include "app/cli/bench/serve_run.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace zipage {

namespace {

class ServeRun {
 public:
  ServeRun(const EngineLimits& limits, StepWatch& runner, const std::vector<ServeRequest>& load,
           const std::vector<Request>& requests, const ServeTimes& times)
      : m_load(load),
        m_requests(requests),
        m_times(times),
        m_runner(runner),
        m_engine(limits, runner, *times.clock),
        m_start(times.clock->now()),
        m_lastToken(load.size()) {}

  Result<ServeResult> run() {
    while (!isOver()) {
      if (auto submitted = submitWhatHasCome(); !submitted) return tl::unexpected(submitted.error());
      if (!m_engine.hasWork()) {
        waitForNext();
        continue;
      }
      for (const EngineEvent& event : m_engine.step()) take(event);
      if (m_failure) return tl::unexpected(*m_failure);
      noteSteadyState();
    }
    return result();
  }

 private:
  Duration now() const { return m_times.clock->now() - m_start; }

  bool isOver() {
    const bool isTimeUp = m_times.limit > Duration::zero() && now() >= m_times.limit;
    const bool isDone = m_next == m_load.size() && !m_engine.hasWork();
    m_result.isCut = !isDone && (isTimeUp || m_times.isInterrupted());
    return isDone || m_result.isCut;
  }

  Result<void> submitWhatHasCome() {
    for (; m_next < m_load.size() && m_load[m_next].arrival <= now(); ++m_next) {
      const auto id = m_engine.submit(m_requests[m_next]);
      if (!id) return tl::unexpected(id.error());
      if (m_next == 0) m_firstId = id->value;
    }
    return {};
  }

  void waitForNext() {
    if (m_next == m_load.size()) return;
    const Duration before = now();
    const Duration until = m_times.limit > Duration::zero() ? std::min(m_times.limit, m_load[m_next].arrival)
                                                            : m_load[m_next].arrival;
    m_times.sleepUntil(m_start + until);
    m_result.idleSeconds += inSeconds(now() - before);
  }

  void take(const EngineEvent& event) {
    if (const auto* generated = std::get_if<TokenGenerated>(&event)) takeToken(*generated);
    if (const auto* compressed = std::get_if<SequenceCompressed>(&event))
      m_result.compressionSeconds += inSeconds(compressed->duration);
    const auto* finished = std::get_if<RequestFinished>(&event);
    if (finished == nullptr) return;
    if (finished->reason == FinishReason::Length)
      ++m_result.finished;
    else if (finished->reason == FinishReason::PoolExhausted)
      ++m_result.exhausted;
    else
      m_failure = finished->error;
  }

  void takeToken(const TokenGenerated& generated) {
    const auto index = static_cast<std::size_t>(generated.request.value - m_firstId);
    const Duration at = now();
    std::optional<Duration>& last = m_lastToken[index];
    if (last)
      m_gaps.push_back(inSeconds(at - *last));
    else
      m_firstTokens.push_back(inSeconds(at - m_load[index].arrival));
    last = at;
  }

  /// The steady state ends when nobody waits any more and nobody comes: from then on the batch only shrinks.
  void noteSteadyState() {
    const EngineMetrics metrics = m_engine.metrics();
    if (now() < m_times.warmUp) {
      m_steadyStart = now();
      m_tokensBefore = metrics.generatedTokens;
      return;
    }
    if (m_next == m_load.size() && metrics.waiting == 0) return;
    m_result.steadySeconds = inSeconds(now() - m_steadyStart);
    m_result.steadyTokens = metrics.generatedTokens - m_tokensBefore;
  }

  ServeResult result() {
    m_result.seconds = inSeconds(now());
    m_result.firstToken = latencyFigures(std::move(m_firstTokens));
    m_result.nextToken = latencyFigures(std::move(m_gaps));
    m_result.counts = m_runner.counts();
    m_result.metrics = m_engine.metrics();
    return m_result;
  }

  const std::vector<ServeRequest>& m_load;
  const std::vector<Request>& m_requests;
  const ServeTimes& m_times;
  StepWatch& m_runner;
  Engine m_engine;
  Duration m_start;
  std::size_t m_next = 0;  // the next request of the load to be submitted
  std::uint64_t m_firstId = 0;
  std::vector<std::optional<Duration>> m_lastToken;  // of each request
  std::vector<double> m_firstTokens, m_gaps;         // seconds
  Duration m_steadyStart{};
  std::int64_t m_tokensBefore = 0;
  std::optional<Error> m_failure;
  ServeResult m_result;
};

}  // namespace

LatencyFigures latencyFigures(std::vector<double> seconds) {
  LatencyFigures figures;
  figures.count = seconds.size();
  if (seconds.empty()) return figures;
  std::ranges::sort(seconds);
  const auto at = [&](double share) {
    const auto index = static_cast<std::size_t>(share * static_cast<double>(seconds.size()));
    return seconds[std::min(index, seconds.size() - 1)];
  };
  figures.mean = std::accumulate(seconds.begin(), seconds.end(), 0.0) / static_cast<double>(seconds.size());
  figures.p50 = at(0.5);
  figures.p95 = at(0.95);
  figures.p99 = at(0.99);
  figures.most = seconds.back();
  return figures;
}

double ServeResult::tokensPerSecond() const {
  return seconds > 0.0 ? static_cast<double>(metrics.generatedTokens) / seconds : 0.0;
}

double ServeResult::meanBatch() const {
  return counts.steps > 0 ? static_cast<double>(counts.decodes) / static_cast<double>(counts.steps) : 0.0;
}

Result<ServeResult> runServe(const EngineLimits& limits, StepWatch& runner,
                             const std::vector<ServeRequest>& load, const std::vector<Request>& requests,
                             const ServeTimes& times) {
  return ServeRun(limits, runner, load, requests, times).run();
}

}  // namespace zipage
