// bench: measured rates beside what this machine could do at best.
#include <algorithm>

#include "app/cli/bench/bench_cases.h"
#include "app/cli/bench/bench_commands.h"
#include "app/cli/bench/bench_report.h"
#include "app/cli/bench/model_cost.h"
#include "app/cli/model_options.h"

namespace zipage {

namespace {

constexpr int kDecodeSequences = 8;
constexpr int kShortestLong = 1000;
constexpr double kMebi = 1024.0 * 1024.0;

struct BenchOptions {
  ModelOptions model;
  int longTokens = 10000;
  bool json = false;
};

/// Tokens a second that the machine could reach if it did nothing but what the case must.
struct Bound {
  double byMemory = 0.0;
  double byArithmetic = 0.0;
  double lower() const { return std::min(byMemory, byArithmetic); }
};

Bound boundOf(const BenchResult& result, const ModelCost& cost, const DeviceLimits& limits) {
  // A decode step reads all weights once and each sequence's entries; a prefill step shares both among its
  // tokens.
  const double tokensPerStep =
      result.isPrefill ? std::min(result.tokens, result.stepTokens) : result.sequences;
  const double entries = result.meanEntries * (result.isPrefill ? 1.0 : tokensPerStep);
  const double bytesPerToken = cost.stepBytes(tokensPerStep, entries) / tokensPerStep;
  const double flopsPerToken = cost.weightFlops + result.meanEntries * cost.attentionFlops;
  return {limits.copyBytesPerSecond / bytesPerToken, limits.flopsPerSecond / flopsPerToken};
}

Json resultObject(const BenchResult& result, const Bound& bound) {
  Json object = {{"case", result.name},
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

class Bench {
 public:
  Bench(const BenchOptions& options, ModelSession& session, const DeviceLimits& limits)
      : m_options(options),
        m_session(session),
        m_limits(limits),
        m_cost(costOf(session.model(), session.kvType())),
        m_report(facts(), options.json) {}

  int run() {
    printHeading();
    // The long case comes first: it watches memory, which the others would already have grown.
    for (const auto& measured :
         {std::function([&] { return benchLongThinking(m_session, m_options.longTokens); }),
          std::function([&] { return benchDecode(m_session, 1); }),
          std::function([&] { return benchDecode(m_session, kDecodeSequences); }),
          std::function([&] { return benchPrefill(m_session); })}) {
      const auto result = measured();
      if (!result) return complain(result.error(), kFailed);
      report(*result);
    }
    return kSucceeded;
  }

 private:
  Json facts() const {
    Json all = benchFacts(m_session, m_limits);
    all["weight_bytes_per_step"] = m_cost.weightBytes(1.0);
    all["flops_per_token"] = m_cost.weightFlops;
    return all;
  }

  void printHeading() const {
    printFacts(m_report, m_session.device(), m_limits, describeModel(m_session.model()));
    m_report.print(
        formatted("floor    %.1f MB of weights a step, %.1f MFLOP a token, %.1f KB for each cached token\n",
                  m_cost.weightBytes(1.0) / 1e6, m_cost.weightFlops / 1e6, m_cost.cacheBytesPerEntry / 1e3));
    m_report.print(formatted("%-14s %-44s %-7s %10s %14s %14s %7s", "case", "shape", "policy", "tokens/s",
                             "memory bound", "FLOP bound", "share"));
  }

  void report(const BenchResult& result) const {
    const Bound bound = boundOf(result, m_cost, m_limits);
    m_report.print(formatted("%-14s %-44s %-7s %10.1f %14.1f %14.1f %6.1f%%", result.name.c_str(),
                             result.shape.c_str(), result.policy.c_str(), result.tokensPerSecond(),
                             bound.byMemory, bound.byArithmetic,
                             100.0 * result.tokensPerSecond() / bound.lower()));
    if (result.compressions > 0) printMemory(result);
    m_report.add(resultObject(result, bound));
  }

  void printMemory(const BenchResult& result) const {
    m_report.print(formatted(
        "%-14s resident memory %.1f MiB after the first of %d compressions, %.1f MiB at the end (%+.1f)", "",
        result.residentAfterFirstCompression / kMebi, result.compressions, result.residentAtEnd / kMebi,
        (result.residentAtEnd - result.residentAfterFirstCompression) / kMebi));
    m_report.print(
        formatted("%-14s at most %d pages held; %.1f tokens/s in the first tenth, %.1f in the last", "",
                  result.pagesHeld, result.rateOfFirstTenth, result.rateOfLastTenth));
  }

  const BenchOptions& m_options;
  ModelSession& m_session;
  DeviceLimits m_limits;
  ModelCost m_cost;
  BenchReport m_report;
};

int bench(const BenchOptions& options) {
  if (options.longTokens < kShortestLong) {
    return complain("--long-tokens must be at least " + std::to_string(kShortestLong));
  }
  const auto session = openSession(options.model, kDecodeSequences);
  if (!session) return complain(session.error());
  const auto limits = measureDevice((*session)->device(), options.model.threads);
  if (!limits) return complain(limits.error(), kFailed);
  return Bench(options, **session, *limits).run();
}

}  // namespace

void addWaitsOption(CLI::App& command, bool& waits) {
  command.add_flag("--wait-for-tokens", waits, "No step begins before it is known what the last one drew");
}

void addBenchCommand(CLI::App& program, Action& action) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* command = program.add_subcommand("bench", "Measure this machine with a model");
  addModelOptions(*command, options->model);
  command->add_option("--long-tokens", options->longTokens, "Tokens of the long case")->capture_default_str();
  command->add_flag("--json", options->json, "JSON lines on standard output, the table on standard error");
  addBenchStepCommands(*command, action);
  addBenchServeCommand(*command, action);
  addBenchOpsCommand(*command, action);
  addBenchRestoreCommand(*command, action);
  addBenchWatchCommand(*command, action);
  command->callback([options, command, &action] {
    if (command->get_subcommands().empty()) action = [options] { return bench(*options); };
  });
}

}  // namespace zipage
