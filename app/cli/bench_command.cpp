// bench: measured rates beside what this machine could do at best.
#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "app/cli/bench_cases.h"
#include "app/cli/command.h"
#include "app/cli/machine_limits.h"
#include "app/cli/model_cost.h"
#include "app/cli/model_options.h"
#include "app/cli/terminal.h"

namespace zipage {

namespace {

constexpr int kMostSequences = 8;
constexpr int kShortestLong = 1000;
constexpr double kMebi = 1024.0 * 1024.0;

struct BenchOptions {
  ModelOptions model;
  int longTokens = 10000;
  bool json = false;
};

/// Processes that wanted a processor over the last minute. A busy machine measures low.
double loadAverage() {
  double load = 0.0;
  return getloadavg(&load, 1) == 1 ? load : 0.0;
}

/// Tokens a second that the machine could reach if it did nothing but what the case must.
struct Bound {
  double byMemory = 0.0;
  double byArithmetic = 0.0;
  double lower() const { return std::min(byMemory, byArithmetic); }
};

Bound boundOf(const BenchResult& result, const ModelCost& cost, const MachineLimits& machine) {
  // A decode step reads all weights once and each sequence's entries; a prefill step shares both among its
  // tokens.
  const double tokensPerStep =
      result.isPrefill ? std::min(result.tokens, result.stepTokens) : result.sequences;
  const double cacheBytes =
      result.meanEntries * cost.cacheBytesPerEntry / (result.isPrefill ? tokensPerStep : 1.0);
  const double bytesPerToken = cost.weightBytes / tokensPerStep + cacheBytes;
  const double flopsPerToken = cost.weightFlops + result.meanEntries * cost.attentionFlops;
  return {machine.copyBytesPerSecond / bytesPerToken, machine.flopsPerSecond / flopsPerToken};
}

nlohmann::ordered_json resultObject(const BenchResult& result, const Bound& bound) {
  nlohmann::ordered_json object = {{"case", result.name},
                                   {"shape", result.shape},
                                   {"policy", result.policy},
                                   {"tokens", result.tokens},
                                   {"seconds", result.seconds},
                                   {"tokens_per_second", result.tokensPerSecond()},
                                   {"bound_memory", bound.byMemory},
                                   {"bound_arithmetic", bound.byArithmetic},
                                   {"share_of_bound", result.tokensPerSecond() / bound.lower()}};
  if (result.compressions > 0) {
    object["compressions"] = result.compressions;
    object["pages_held"] = result.pagesHeld;
    object["resident_after_first_compression"] = result.residentAfterFirstCompression;
    object["resident_at_end"] = result.residentAtEnd;
    object["rate_of_first_tenth"] = result.rateOfFirstTenth;
    object["rate_of_last_tenth"] = result.rateOfLastTenth;
  }
  return object;
}

nlohmann::ordered_json machineObject(ModelSession& session, const MachineLimits& machine,
                                     const ModelCost& cost) {
  return {{"model", describeModel(session.model())},
          {"device", session.device().info().name},
          {"description", session.device().info().description},
          {"threads", machine.threads},
          {"simd", machine.simdTarget},
          {"load_average", loadAverage()},
          {"copy_bytes_per_second", machine.copyBytesPerSecond},
          {"flops_per_second", machine.flopsPerSecond},
          {"weight_bytes_per_step", cost.weightBytes},
          {"flops_per_token", cost.weightFlops},
          {"page_tokens", session.limits().pageTokens}};
}

void printMachine(ModelSession& session, const MachineLimits& machine, const ModelCost& cost) {
  std::printf("model    %s\n", describeModel(session.model()).c_str());
  std::printf("device   %s (%s)\n", session.device().info().name.c_str(),
              session.device().info().description.c_str());
  std::printf(
      "machine  copies %.1f GB/s (read + written), %.1f GFLOP/s float32 multiply-add by %s, measured now\n",
      machine.copyBytesPerSecond / 1e9, machine.flopsPerSecond / 1e9, machine.simdTarget.c_str());
  std::printf("load     %.1f before the start: what else runs makes every figure smaller\n", loadAverage());
  std::printf("floor    %.1f MB of weights a step, %.1f MFLOP a token, %.1f KB for each cached token\n\n",
              cost.weightBytes / 1e6, cost.weightFlops / 1e6, cost.cacheBytesPerEntry / 1e3);
  std::printf("%-14s %-44s %-7s %10s %14s %14s %7s\n", "case", "shape", "policy", "tokens/s", "memory bound",
              "FLOP bound", "share");
}

void printResult(const BenchResult& result, const Bound& bound) {
  std::printf("%-14s %-44s %-7s %10.1f %14.1f %14.1f %6.1f%%\n", result.name.c_str(), result.shape.c_str(),
              result.policy.c_str(), result.tokensPerSecond(), bound.byMemory, bound.byArithmetic,
              100.0 * result.tokensPerSecond() / bound.lower());
  if (result.compressions == 0) return;
  std::printf(
      "%-14s resident memory %.1f MiB after the first of %d compressions, %.1f MiB at the end (%+.1f)\n", "",
      result.residentAfterFirstCompression / kMebi, result.compressions, result.residentAtEnd / kMebi,
      (result.residentAtEnd - result.residentAfterFirstCompression) / kMebi);
  std::printf("%-14s at most %d pages held; %.1f tokens/s in the first tenth, %.1f in the last\n", "",
              result.pagesHeld, result.rateOfFirstTenth, result.rateOfLastTenth);
}

class Bench {
 public:
  Bench(const BenchOptions& options, ModelSession& session)
      : m_options(options),
        m_session(session),
        m_machine(measureMachine(options.model.threads)),
        m_cost(costOf(session.model(), static_cast<double>(bytesOf(session.kvType(), 1)))) {}

  int run() {
    if (!m_options.json) printMachine(m_session, m_machine, m_cost);
    // The long case comes first: it watches memory, which the others would already have grown.
    for (const auto& measured :
         {std::function([&] { return benchLongThinking(m_session, m_options.longTokens); }),
          std::function([&] { return benchDecode(m_session, 1); }),
          std::function([&] { return benchDecode(m_session, kMostSequences); }),
          std::function([&] { return benchPrefill(m_session); })}) {
      const auto result = measured();
      if (!result) return complain(result.error(), kFailed);
      report(*result);
    }
    if (!m_options.json) std::printf("\n");
    std::printf("%s\n", m_lines.c_str());
    return kSucceeded;
  }

 private:
  void report(const BenchResult& result) {
    const Bound bound = boundOf(result, m_cost, m_machine);
    nlohmann::ordered_json object = resultObject(result, bound);
    object.update(machineObject(m_session, m_machine, m_cost));
    m_lines += (m_lines.empty() ? "" : "\n") + object.dump();
    if (!m_options.json) printResult(result, bound);
    std::fflush(stdout);
  }

  const BenchOptions& m_options;
  ModelSession& m_session;
  MachineLimits m_machine;
  ModelCost m_cost;
  std::string m_lines;
};

int bench(const BenchOptions& options) {
  if (options.longTokens < kShortestLong) {
    return complain("--long-tokens must be at least " + std::to_string(kShortestLong));
  }
  const auto session = openSession(options.model, kMostSequences);
  if (!session) return complain(session.error());
  return Bench(options, **session).run();
}

}  // namespace

void addBenchCommand(CLI::App& program, Action& action) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* command = program.add_subcommand("bench", "Measure this machine with a model");
  addModelOptions(*command, options->model);
  command->add_option("--long-tokens", options->longTokens, "Tokens of the long case")->capture_default_str();
  command->add_flag("--json", options->json, "Only the JSON lines, one a case");
  addBenchStepCommands(*command, action);
  command->callback([options, command, &action] {
    if (command->get_subcommands().empty()) action = [options] { return bench(*options); };
  });
}

}  // namespace zipage
