// synthesize: a synthetic model as a file, to try loading from a disk with.
#include "app/cli/command.h"
#include "engine/model/synthetic_model.h"

namespace zipage {

namespace {

struct SynthesizeOptions {
  std::string model;
  std::string output;
};

int synthesize(const SynthesizeOptions& options) {
  const std::string prefix = isSyntheticName(options.model) ? "" : "synthetic:";
  const auto spec = parseSyntheticName(prefix + options.model);
  if (!spec) return complain(spec.error());
  if (auto written = writeSyntheticModel(*spec, options.output); !written) return complain(written.error());
  return kSucceeded;
}

}  // namespace

void addSynthesizeCommand(CLI::App& program, Action& action) {
  auto options = std::make_shared<SynthesizeOptions>();
  CLI::App* command = program.add_subcommand(
      "synthesize", "Write a model of a published shape with random weights as a .gguf file");
  command->add_option("--model", options->model, "SHAPE[:TYPE[:SEED]], for example qwen3-0.6b:q8_0")
      ->required();
  command->add_option("--output", options->output, "The file, which must not be there yet")->required();
  command->callback([options, &action] { action = [options] { return synthesize(*options); }; });
}

}  // namespace zipage
