// bench decode, prefill and compress: single steps and compressions of one model.
#include <nlohmann/json.hpp>

#include "app/cli/bench_steps.h"
#include "app/cli/command.h"
#include "app/cli/model_cost.h"
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
  int repetitions = 20;
  bool json = false;
};

void report(const StepOptions& options, ModelSession& session, nlohmann::ordered_json object,
            const StepTimes& times) {
  object["milliseconds"] = times.median * 1e3;
  object["least"] = times.least * 1e3;
  object["most"] = times.most * 1e3;
  object["repetitions"] = times.repetitions;
  object["model"] = describeModel(session.model());
  object["device"] = session.device().info().description;
  if (!options.json)
    std::printf("%-10s %-42s %9.3f ms (%.3f to %.3f)", object["case"].get<std::string>().c_str(),
                object["shape"].get<std::string>().c_str(), times.median * 1e3, times.least * 1e3,
                times.most * 1e3);
  if (!options.json && object.contains("tokens_per_second"))
    std::printf(" %10.1f tokens/s", object["tokens_per_second"].get<double>());
  if (!options.json && object.contains("bytes_per_second"))
    std::printf(" %8.1f GB/s of %.2f GB a step", object["bytes_per_second"].get<double>() / 1e9,
                object["bytes"].get<double>() / 1e9);
  std::printf("%s\n", options.json ? object.dump().c_str() : "");
  std::fflush(stdout);
}

int decode(StepOptions options) {
  std::int64_t most = 1;
  for (const int batch : options.batches) {
    if (batch < 1 || batch > 512 || options.context < 1)
      return complain("--batch is 1 to 512, --context at least 1");
    most = std::max<std::int64_t>(most, batch);
  }
  options.model.poolTokens =
      std::max(options.model.poolTokens, most * (options.context + options.model.pageTokens));
  const auto session = openSession(options.model, static_cast<int>(most));
  if (!session) return complain(session.error());
  const ModelCost cost = costOf((*session)->model(), static_cast<double>(bytesOf((*session)->kvType(), 1)));
  for (const int batch : options.batches) {
    const auto times = measureDecode(**session, batch, options.context, options.repetitions);
    if (!times) return complain(times.error(), kFailed);
    const double bytes = cost.weightBytes + cost.cacheBytesPerEntry * batch * options.context;
    report(
        options, **session,
        {{"case", "decode"},
         {"shape", std::to_string(batch) + " sequences of " + std::to_string(options.context) + " entries"},
         {"batch", batch},
         {"context", options.context},
         {"tokens_per_second", batch / times->median},
         {"bytes", bytes},
         {"bytes_per_second", bytes / times->median}},
        *times);
  }
  return kSucceeded;
}

int prefill(StepOptions options) {
  if (options.tokens < 1) return complain("--tokens must be at least 1");
  options.model.poolTokens =
      std::max<std::int64_t>(options.model.poolTokens, options.tokens + options.model.pageTokens);
  const auto session = openSession(options.model, 1);
  if (!session) return complain(session.error());
  const auto times = measurePrefill(**session, options.tokens, std::min(options.repetitions, 5));
  if (!times) return complain(times.error(), kFailed);
  report(options, **session,
         {{"case", "prefill"},
          {"shape", "a prompt of " + std::to_string(options.tokens) + " tokens"},
          {"tokens_per_second", options.tokens / times->median}},
         *times);
  return kSucceeded;
}

int compress(StepOptions options) {
  const int entries = options.keep + options.period;
  if (options.keep < options.model.pageTokens || options.period < 1)
    return complain("--budget must be at least a page, --period at least 1");
  options.model.poolTokens =
      std::max<std::int64_t>(options.model.poolTokens, entries + options.model.pageTokens);
  const auto session = openSession(options.model, 1);
  if (!session) return complain(session.error());
  const auto times = measureCompression(**session, entries, options.keep, options.repetitions);
  if (!times) return complain(times.error(), kFailed);
  report(options, **session,
         {{"case", "compress"},
          {"shape", std::to_string(entries) + " entries to " + std::to_string(options.keep)}},
         *times);
  return kSucceeded;
}

CLI::App* addCase(CLI::App& bench, const char* name, const char* description, StepOptions& options) {
  CLI::App* command = bench.add_subcommand(name, description);
  addModelOptions(*command, options.model);
  command->add_option("--repetitions", options.repetitions, "Measured after three that only warm up")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_flag("--json", options.json, "A JSON line for each case");
  return command;
}

}  // namespace

void addBenchStepCommands(CLI::App& bench, Action& action) {
  const auto options = std::make_shared<StepOptions>();
  CLI::App* command = addCase(bench, "decode", "Steps in which each sequence says one token", *options);
  command->add_option("--batch", options->batches, "Sequences, one case for each number")->delimiter(',');
  command->add_option("--context", options->context, "Entries each of them holds")->capture_default_str();
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
