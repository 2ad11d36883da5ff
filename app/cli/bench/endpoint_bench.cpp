#include "app/cli/bench/endpoint_bench.h"

#include <utility>

#include "app/cli/bench/bench_report.h"
#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/common/commit.h"

namespace zipage {

namespace {

constexpr double kMillisecond = 1e-3;

Json latencyJson(const LatencyFigures& figures) {
  return {{"mean", figures.mean}, {"p50", figures.p50},  {"p95", figures.p95},
          {"p99", figures.p99},   {"max", figures.most}, {"count", figures.count}};
}

std::string latencyText(const char* name, const LatencyFigures& figures) {
  return formatted("  %-11s p50 %9.1f ms   p95 %9.1f ms   p99 %9.1f ms   most %9.1f ms", name,
                   figures.p50 / kMillisecond, figures.p95 / kMillisecond, figures.p99 / kMillisecond,
                   figures.most / kMillisecond);
}

void print(const BenchReport& report, const std::string& policy, const EndpointResult& result) {
  report.print(
      formatted("%s: %d finished, %d failed, %.1f s%s; %lld tokens%s, %.1f tokens/s; %lld of prompts, %lld "
                "of them cached",
                policy.empty() ? "as it is" : policy.c_str(), result.finished, result.failed, result.seconds,
                result.isCut ? " (cut)" : "", static_cast<long long>(result.generatedTokens),
                result.countsTokens ? "" : " (chunks: it does not say)", result.tokensPerSecond(),
                static_cast<long long>(result.promptTokens), static_cast<long long>(result.cachedTokens)));
  report.print(latencyText("first token", result.firstToken));
  report.print(latencyText("next token", result.nextToken));
  report.print(latencyText("whole reply", result.reply));
  if (result.failed > 0) report.print("  first failure: " + result.firstFailure);
}

Json object(const EndpointBench& bench, const std::string& policy, const EndpointResult& result) {
  return {{"case", "serve-url"},
          {"shape", bench.shape},
          {"policy", policy},
          {"finished", result.finished},
          {"failed", result.failed},
          {"cut", result.isCut},
          {"seconds", result.seconds},
          {"tokens", result.generatedTokens},
          {"counts_tokens", result.countsTokens},
          {"tokens_per_second", result.tokensPerSecond()},
          {"prompt_tokens", result.promptTokens},
          {"cached_tokens", result.cachedTokens},
          {"first_token_seconds", latencyJson(result.firstToken)},
          {"next_token_seconds", latencyJson(result.nextToken)},
          {"reply_seconds", latencyJson(result.reply)}};
}

}  // namespace

int benchEndpoint(EndpointBench bench) {
  const InterruptGuard interrupt;
  bench.endpoint.isInterrupted = [&] { return interrupt.wasInterrupted(); };
  const auto models = listModels(bench.endpoint);
  if (!models) return complain(models.error());
  if (bench.endpoint.model.empty()) {
    if (models->empty()) return complain(bench.endpoint.url + " serves no model");
    bench.endpoint.model = models->front();
  }
  const BenchReport report({{"url", bench.endpoint.url},
                            {"model", bench.endpoint.model},
                            {"commit", std::string(builtFromCommit())}},
                           bench.json);
  report.print("endpoint " + bench.endpoint.url + ", model " + bench.endpoint.model + ", commit " +
               std::string(builtFromCommit()));
  report.print(bench.shape);
  const auto load = makeServeLoad(bench.load);
  if (bench.policies.empty()) bench.policies.emplace_back();
  bool hasFailed = false;
  for (const std::string& policy : bench.policies) {
    bench.endpoint.policy = policy;
    const EndpointResult result = runEndpoint(bench.endpoint, load);
    print(report, policy, result);
    report.add(object(bench, policy, result));
    hasFailed = hasFailed || result.finished == 0;
    if (interrupt.wasInterrupted()) return kInterrupted;
  }
  return hasFailed ? kFailed : kSucceeded;
}

}  // namespace zipage
