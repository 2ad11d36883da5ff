#include "app/cli/bench/serve_report.h"

#include <algorithm>

namespace zipage {

namespace {

constexpr double kGiga = 1e9;

Json latencyObject(const LatencyFigures& figures) {
  return {{"count", figures.count}, {"mean", figures.mean}, {"p50", figures.p50},
          {"p95", figures.p95},     {"p99", figures.p99},   {"most", figures.most}};
}

std::string latencyText(const LatencyFigures& figures, double unit, const char* name) {
  return formatted("mean %.2f, 50 %% %.2f, 95 %% %.2f, 99 %% %.2f, most %.2f %s (of %zu)",
                   figures.mean / unit, figures.p50 / unit, figures.p95 / unit, figures.p99 / unit,
                   figures.most / unit, name, figures.count);
}

double ratio(double a, double b) { return b > 0.0 ? a / b : 0.0; }

long long wide(std::int64_t number) { return static_cast<long long>(number); }

}  // namespace

ServeReport::ServeReport(const BenchReport& report, ServeSetting setting)
    : m_report(report), m_setting(std::move(setting)) {}

void ServeReport::printSetting() const {
  const EngineLimits& limits = m_setting.limits;
  m_report.print("load     " + m_setting.shape);
  m_report.print(formatted(
      "pool     %d pages of %d tokens, %.2f GB; watermark %.3g %%; at most %d sequences and %d tokens a step",
      limits.numPages, limits.pageTokens,
      static_cast<double>(limits.numPages) * static_cast<double>(limits.bytesPerPage) / kGiga,
      100.0 * limits.watermark, limits.maxSequences, limits.maxBatchTokens));
  m_report.print(
      formatted("method   %s, budget %d, period %d, compressions %s; prefixes are not shared; "
                "steps %s",
                m_setting.preset.c_str(), m_setting.budgetTokens, m_setting.periodTokens,
                m_setting.asyncCompression ? "beside the steps" : "between the steps",
                limits.runsAhead ? "run ahead" : "wait for what was drawn"));
  if (m_setting.isCut())
    m_report.print(formatted(
        "cut      every policy after %.0f s, whatever is finished; rates are of the steady state, from %.0f "
        "s to "
        "the cut or until nobody waits any more: generated tokens, what was recomputed not counted again",
        m_setting.maxSeconds, m_setting.warmUpSeconds));
  m_report.print("");
}

/// Of the whole run, or of the steady state where runs are cut.
double ServeReport::comparedRate(const ServeResult& result) const {
  return m_setting.isCut() ? ratio(static_cast<double>(result.steadyTokens), result.steadySeconds)
                           : result.tokensPerSecond();
}

double ServeReport::boundSeconds(const ServeResult& result) const {
  return result.counts.bytes / m_setting.copyBytesPerSecond;
}

double ServeReport::shareOfBound(const ServeResult& result) const {
  return ratio(boundSeconds(result), result.busySeconds());
}

double ServeReport::compressionShare(const ServeResult& result) const {
  return ratio(result.compressionSeconds, result.busySeconds());
}

const ServeResult* ServeReport::resultOf(const std::string& policy) const {
  const auto found = std::ranges::find(m_results, policy, &std::pair<std::string, ServeResult>::first);
  return found == m_results.end() ? nullptr : &found->second;
}

/// Null while `full` has not been measured.
Json ServeReport::timesFull(const ServeResult& result) const {
  const ServeResult* full = resultOf("full");
  if (full == nullptr) return {};
  return {{"tokens_per_second", ratio(comparedRate(result), comparedRate(*full))},
          {"seconds", ratio(result.seconds, full->seconds)},
          {"mean_batch", ratio(result.meanBatch(), full->meanBatch())},
          {"first_token", ratio(result.firstToken.mean, full->firstToken.mean)},
          {"next_token", ratio(result.nextToken.mean, full->nextToken.mean)}};
}

void ServeReport::add(const std::string& policy, const ServeResult& result) {
  m_results.emplace_back(policy, result);
  print(policy, result);
  m_report.add(object(policy, result));
}

void ServeReport::print(const std::string& policy, const ServeResult& result) const {
  const EngineMetrics& metrics = result.metrics;
  m_report.print(
      formatted("%-7s  %.1f tokens/s%s; %d of %d requests finished in %.1f s%s; %lld tokens, %lld steps, "
                "mean batch %.1f",
                policy.c_str(), comparedRate(result), m_setting.isCut() ? " in the steady state" : "",
                result.finished, m_setting.requests, result.seconds, result.isCut ? " (cut)" : "",
                wide(metrics.generatedTokens), wide(result.counts.steps), result.meanBatch()));
  if (m_setting.isCut())
    m_report.print(formatted("         steady for %.1f s with %lld tokens; %.1f tokens/s over the whole run",
                             result.steadySeconds, wide(result.steadyTokens), result.tokensPerSecond()));
  m_report.print("         first token: " + latencyText(result.firstToken, 1.0, "s"));
  m_report.print("         next token:  " + latencyText(result.nextToken, 1e-3, "ms"));
  // Beside the steps they wait for one another and for the engine to take notice: no share of its time.
  const std::string compressions =
      m_setting.asyncCompression ? formatted("%lld compressions beside the steps, %.2f s altogether",
                                             wide(metrics.compressions), result.compressionSeconds)
                                 : formatted("%lld compressions, %.1f %% of the time",
                                             wide(metrics.compressions), 100.0 * compressionShare(result));
  m_report.print(
      formatted("         %lld preemptions, %lld tokens recomputed, %lld swaps; %s; at most %d of %d pages",
                wide(metrics.preemptions), wide(metrics.recomputedTokens), wide(metrics.swaps),
                compressions.c_str(), metrics.peakPages, metrics.pagesTotal));
  m_report.print(
      formatted("         bound: %.1f GB of weights, keys and values moved; %.2f s for the memory alone, "
                "%.1f %% of the time",
                result.counts.bytes / kGiga, boundSeconds(result), 100.0 * shareOfBound(result)));
  if (result.exhausted > 0)
    m_report.print(formatted("         %d requests ended early: alone, they did not fit into the pool",
                             result.exhausted));
}

Json ServeReport::object(const std::string& policy, const ServeResult& result) const {
  const EngineMetrics& metrics = result.metrics;
  Json object = {{"case", "serve"},
                 {"policy", policy},
                 {"shape", m_setting.shape},
                 {"preset", m_setting.preset},
                 {"budget", m_setting.budgetTokens},
                 {"period", m_setting.periodTokens},
                 {"async_compression", m_setting.asyncCompression},
                 {"runs_ahead", m_setting.limits.runsAhead},
                 {"watermark", m_setting.limits.watermark},
                 {"max_sequences", m_setting.limits.maxSequences},
                 {"max_batch_tokens", m_setting.limits.maxBatchTokens},
                 {"requests", m_setting.requests},
                 {"finished", result.finished},
                 {"exhausted", result.exhausted},
                 {"cut", result.isCut},
                 {"compares_steady_state", m_setting.isCut()},
                 {"tokens_per_second", comparedRate(result)},
                 {"tokens_per_second_of_whole_run", result.tokensPerSecond()},
                 {"seconds", result.seconds},
                 {"idle_seconds", result.idleSeconds},
                 {"steady_seconds", result.steadySeconds},
                 {"steady_tokens", result.steadyTokens},
                 {"generated_tokens", metrics.generatedTokens},
                 {"prompt_tokens", metrics.promptTokens},
                 {"steps", result.counts.steps},
                 {"mean_batch", result.meanBatch()},
                 {"most_sequences", result.counts.mostSequences},
                 {"first_token_seconds", latencyObject(result.firstToken)},
                 {"next_token_seconds", latencyObject(result.nextToken)},
                 {"preemptions", metrics.preemptions},
                 {"recomputed_tokens", metrics.recomputedTokens},
                 {"swaps", metrics.swaps},
                 {"compressions", metrics.compressions},
                 {"compression_seconds", result.compressionSeconds},
                 {"peak_pages", metrics.peakPages},
                 {"pages", metrics.pagesTotal},
                 {"bytes", result.counts.bytes},
                 {"bound_seconds", boundSeconds(result)},
                 {"share_of_bound", shareOfBound(result)}};
  if (!m_setting.asyncCompression) object["compression_share"] = compressionShare(result);
  if (Json times = timesFull(result); !times.is_null()) object["times_full"] = std::move(times);
  return object;
}

void ServeReport::printComparison() const {
  m_report.print("");
  m_report.print(formatted("%-8s %10s %9s %9s %9s %11s %11s %11s %9s %10s %7s", "policy", "tokens/s",
                           "finished", "seconds", "batch", "first token", "next token", "recomputed",
                           "of bound", "times full", "batch"));
  for (const auto& [policy, result] : m_results) {
    std::string line = formatted("%-8s %10.1f %9d %9.1f %9.1f %9.2f s %8.2f ms %11lld %7.1f %%",
                                 policy.c_str(), comparedRate(result), result.finished, result.seconds,
                                 result.meanBatch(), result.firstToken.mean, result.nextToken.mean * 1e3,
                                 wide(result.metrics.recomputedTokens), 100.0 * shareOfBound(result));
    if (const Json times = timesFull(result); !times.is_null())
      line += formatted(" %10.2f %7.2f", times["tokens_per_second"].get<double>(),
                        times["mean_batch"].get<double>());
    m_report.print(line);
  }
}

}  // namespace zipage
