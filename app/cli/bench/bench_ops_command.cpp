// bench ops: every op of the Device interface that matters, alone, at the shapes of a model.
#include "app/cli/bench/bench_commands.h"
#include "app/cli/bench/op_bench.h"
#include "app/cli/bench/op_memory.h"
#include "app/cli/model_options.h"
#include "app/common/kv_type.h"
#include "engine/model/synthetic_spec.h"
#include "kernels/device_registry.h"

namespace zipage {

namespace {

struct OpsOptions {
  ModelOptions model;
  std::string filter;
  double roundMilliseconds = 100.0;
  bool json = false;
};

std::string describe(const ModelFile& model) {
  return model.config.name + " (" + model.config.architecture + ", " +
         std::to_string(model.config.numLayers) + " layers)";
}

Result<void> measureCopy(OpBench& bench) {
  if (!bench.wants("copy")) return {};
  OpMemory memory(bench.device());
  const void* const from = memory.numbers(DataType::F32, kBeyondCaches / sizeof(float));
  void* const to = memory.zeros(kBeyondCaches);
  if (auto room = memory.check(); !room) return room;
  return bench.measure(
      {"copy", std::to_string(kBeyondCaches >> 20) + " MiB", 2.0 * kBeyondCaches, 0.0,
       [&](Stream& stream, int) { bench.device().copyOnDevice(stream, to, from, kBeyondCaches); }});
}

int measureOps(Device& device, const ModelFile& model, const OpsOptions& options, const OpBenchOptions& how) {
  const auto limits = measureDevice(device, options.model.threads);
  if (!limits) return complain(limits.error(), kFailed);
  Json facts = benchFacts(device, *limits, describe(model));
  facts["kv_type"] = layoutOf(how.kvType).name;
  facts["page_tokens"] = how.pageTokens;
  const BenchReport report(std::move(facts), options.json);
  printFacts(report, device, *limits, describe(model));
  report.print(
      formatted("memory   weights, keys and values come from memory, %zu MiB of them in turn; activations "
                "may lie in caches, as "
                "in a step\n",
                kBeyondCaches >> 20));
  OpBench bench(device, model, *limits, how, report);
  for (const auto measure : {measureCopy, measureProducts, measureExperts, measureAttention,
                             measureElementOps, measureCompressionOps}) {
    if (auto measured = measure(bench); !measured) return complain(measured.error(), kFailed);
  }
  return kSucceeded;
}

int ops(const OpsOptions& options) {
  const auto session = sessionOptionsFrom(options.model, 1);
  if (!session) return complain(session.error());
  auto device = openDevice(session->device, {.numThreads = session->numThreads});
  if (!device) return complain(device.error().message);
  const auto kvType = kvTypeOn((*device)->info(), session->kvType);
  if (!kvType) return complain(kvType.error());
  const auto model = openModelFile(session->model, ModelContents::Shape);
  if (!model) return complain(model.error());
  OpBenchOptions how;
  how.filter = options.filter;
  how.roundSeconds = options.roundMilliseconds / 1e3;
  how.kvType = *kvType;
  how.pageTokens = session->pool.pageTokens;
  how.weightsAreRandom = isSyntheticName(session->model.string());
  return measureOps(**device, *model, options, how);
}

}  // namespace

void addBenchOpsCommand(CLI::App& bench, Action& action) {
  const auto options = std::make_shared<OpsOptions>();
  CLI::App* command = bench.add_subcommand("ops", "Every op alone: bytes, time, share of the copy bandwidth");
  addModelOptions(*command, options->model);
  command->add_option("--filter", options->filter,
                      "Only ops with this in their name or shape: matmul, decode-attention, \"q Q8_0\"");
  command->add_option("--milliseconds", options->roundMilliseconds, "Of each of the rounds that are measured")
      ->check(CLI::Range(0.1, 10000.0))
      ->capture_default_str();
  command->add_flag("--json", options->json, "JSON lines on standard output, the table on standard error");
  command->callback([options, &action] { action = [options] { return ops(*options); }; });
}

}  // namespace zipage
