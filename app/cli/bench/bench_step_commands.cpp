// bench decode, prefill and compress: single steps and compressions of one model.
#include "app/cli/bench/bench_commands.h"
#include "app/cli/bench/bench_report.h"
#include "app/cli/bench/bench_steps.h"
#include "app/cli/bench/model_cost.h"
#include "app/cli/model_options.h"

namespace zipage {

namespace {

struct StepOptions {
  ModelOptions model;
  std::vector<int> batches = {1};
  int context = 2048;
  int tokens = 2048;
  int keep = 2048;
  int period = 256;
  int batchTokens = 0;
  int repetitions = 20;
  bool waits = false;
  bool json = false;
};

/// What a case must do at the least, and what it is called.
struct StepCase {
  std::string name;
  std::string shape;
  std::string policy;
  double tokens = 0.0;  // of the case; 0: it makes none
  double bytes = 0.0;   // weights, keys and values that must be moved
  double flops = 0.0;   // 0: nothing beside the moving
};

class StepBench {
 public:
  StepBench(const StepOptions& options, ModelSession& session, const DeviceLimits& limits)
      : m_limits(limits), m_report(benchFacts(session, limits), options.json) {
    printFacts(m_report, session.device(), limits, describeModel(session.model()));
    m_report.print(formatted("pages    %d tokens of %s each\n", session.limits().pageTokens,
                             layoutOf(session.kvType()).name));
    m_report.print(formatted("%-9s %-40s %-7s %31s %11s %10s %10s %7s", "case", "shape", "policy",
                             "ms (least to most)", "tokens/s", "GB moved", "bound, ms", "share"));
  }

  void report(const StepCase& measured, const StepTimes& times) const {
    const double byMemory = measured.bytes / m_limits.copyBytesPerSecond;
    const double byArithmetic = measured.flops / m_limits.flopsPerSecond;
    const double bound = std::max(byMemory, byArithmetic);
    Json object = {{"case", measured.name},
                   {"shape", measured.shape},
                   {"policy", measured.policy},
                   {"milliseconds", times.median * 1e3},
                   {"least", times.least * 1e3},
                   {"most", times.most * 1e3},
                   {"repetitions", times.repetitions},
                   {"bytes", measured.bytes},
                   {"bytes_per_second", measured.bytes / times.median},
                   {"flops", measured.flops},
                   {"bound_memory_ms", byMemory * 1e3},
                   {"bound_arithmetic_ms", byArithmetic * 1e3},
                   {"share_of_bound", bound / times.median}};
    std::string rate = "";
    if (measured.tokens > 0.0) {
      object["tokens_per_second"] = measured.tokens / times.median;
      object["bound_tokens_per_second"] = measured.tokens / bound;
      rate = formatted("%.1f", measured.tokens / times.median);
    }
    m_report.print(formatted("%-9s %-40s %-7s %9.3f (%.3f to %.3f) %11s %10.3f %10.3f %6.1f%%",
                             measured.name.c_str(), measured.shape.c_str(), measured.policy.c_str(),
                             times.median * 1e3, times.least * 1e3, times.most * 1e3, rate.c_str(),
                             measured.bytes / 1e9, bound * 1e3, 100.0 * bound / times.median));
    m_report.add(std::move(object));
  }

 private:
  DeviceLimits m_limits;
  BenchReport m_report;
};

/// Opens the model with room for `tokens` at least, measures its device and hands both to `measure`.
int withSession(StepOptions options, int sequences, std::int64_t tokens,
                const std::function<int(ModelSession&, const StepBench&)>& measure) {
  options.model.poolTokens = std::max(options.model.poolTokens, tokens);
  auto wanted = sessionOptionsFrom(options.model, sequences);
  if (!wanted) return complain(wanted.error());
  wanted->pool.maxBatchTokens = options.batchTokens;
  const auto session = ModelSession::open(*wanted);
  if (!session) return complain(session.error());
  const auto limits = measureDevice((*session)->device(), options.model.threads);
  if (!limits) return complain(limits.error(), kFailed);
  return measure(**session, StepBench(options, **session, *limits));
}

int decode(const StepOptions& options) {
  int most = 1;
  for (const int batch : options.batches) {
    if (batch < 1 || batch > 512 || options.context < 1)
      return complain("--batch is 1 to 512, --context at least 1");
    most = std::max(most, batch);
  }
  const std::int64_t tokens = std::int64_t{most} * (options.context + options.model.pageTokens);
  return withSession(options, most, tokens, [&](ModelSession& session, const StepBench& bench) {
    const ModelCost cost = costOf(session.model(), session.kvType());
    const bool runsAhead = session.limits().runsAhead && !options.waits;
    for (const int batch : options.batches) {
      const auto times = measureDecode(session, batch, options.context, options.repetitions, runsAhead);
      if (!times) return complain(times.error(), kFailed);
      const double entries = static_cast<double>(batch) * options.context;
      bench.report({"decode",
                    std::to_string(batch) + " sequences of " + std::to_string(options.context) + " entries" +
                        (runsAhead ? ", ahead" : ""),
                    "full", static_cast<double>(batch), cost.stepBytes(batch, entries),
                    batch * cost.weightFlops + entries * cost.attentionFlops},
                   *times);
    }
    return kSucceeded;
  });
}

int prefill(const StepOptions& options) {
  if (options.tokens < 1) return complain("--tokens must be at least 1");
  const std::int64_t tokens = options.tokens + options.model.pageTokens;
  return withSession(options, 1, tokens, [&](ModelSession& session, const StepBench& bench) {
    const auto times = measurePrefill(session, options.tokens, std::min(options.repetitions, 5));
    if (!times) return complain(times.error(), kFailed);
    const ModelCost cost = costOf(session.model(), session.kvType());
    // Each step reads all weights and what was cached before it; each token sees half of the prompt in the
    // mean.
    const int perStep = session.limits().maxBatchTokens;
    double bytes = 0.0;
    for (int first = 0; first < options.tokens; first += perStep) {
      const int count = std::min(perStep, options.tokens - first);
      bytes += cost.stepBytes(count, first + count);
    }
    bench.report(
        {"prefill",
         "a prompt of " + std::to_string(options.tokens) + " tokens, " + std::to_string(perStep) + " a step",
         "full", static_cast<double>(options.tokens), bytes,
         options.tokens * (cost.weightFlops + options.tokens / 2.0 * cost.attentionFlops)},
        *times);
    return kSucceeded;
  });
}

int compress(const StepOptions& options) {
  const int entries = options.keep + options.period;
  if (options.keep < options.model.pageTokens || options.period < 1)
    return complain("--budget must be at least a page, --period at least 1");
  const std::int64_t tokens = entries + options.model.pageTokens;
  return withSession(options, 1, tokens, [&](ModelSession& session, const StepBench& bench) {
    const auto times = measureCompression(session, entries, options.keep, options.repetitions);
    if (!times) return complain(times.error(), kFailed);
    const ModelCost cost = costOf(session.model(), session.kvType());
    bench.report({"compress",
                  "zipage-plus, " + std::to_string(entries) + " entries to " + std::to_string(options.keep),
                  "budget", 0.0, cost.compressionBytes(entries, options.keep), 0.0},
                 *times);
    return kSucceeded;
  });
}

CLI::App* addCase(CLI::App& bench, const char* name, const char* description, StepOptions& options) {
  CLI::App* command = bench.add_subcommand(name, description);
  addModelOptions(*command, options.model);
  command->add_option("--repetitions", options.repetitions, "Measured after three that only warm up")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_option("--batch-tokens", options.batchTokens, "Tokens a step; 0: as many as suit the device")
      ->check(CLI::Range(0, 1 << 16))
      ->capture_default_str();
  command->add_flag("--json", options.json, "JSON lines on standard output, the table on standard error");
  return command;
}

}  // namespace

void addBenchStepCommands(CLI::App& bench, Action& action) {
  const auto options = std::make_shared<StepOptions>();
  CLI::App* command = addCase(bench, "decode", "Steps in which each sequence says one token", *options);
  command->add_option("--batch", options->batches, "Sequences, one case for each number")->delimiter(',');
  command->add_option("--context", options->context, "Entries each of them holds")->capture_default_str();
  addWaitsOption(*command, options->waits);
  command->callback([options, &action] { action = [options] { return decode(*options); }; });

  command = addCase(bench, "prefill", "Reading a prompt", *options);
  command->add_option("--tokens", options->tokens, "Its length")->capture_default_str();
  command->callback([options, &action] { action = [options] { return prefill(*options); }; });

  command = addCase(bench, "compress", "Compressions of one sequence", *options);
  command->add_option("--budget", options->keep, "Entries that are kept")->capture_default_str();
  command->add_option("--period", options->period, "Entries beyond the budget")->capture_default_str();
  command->callback([options, &action] { action = [options] { return compress(*options); }; });
}

}  // namespace zipage
