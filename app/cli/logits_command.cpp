// logits: what a model computes for a row of token ids, as a file for NumPy.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

#include "app/cli/command.h"
#include "app/cli/model_options.h"
#include "app/cli/npy_file.h"
#include "app/common/model_paths.h"
#include "engine/model/logits_run.h"
#include "engine/model/opened_weights.h"
#include "kernels/device_registry.h"

namespace zipage {

namespace {

struct LogitsOptions {
  std::string model = "demo";
  std::string device = "auto";
  int threads = 0;
  std::string tokens;
  std::string output;
};

/// "1,2,3"; InvalidArgument naming what is no number.
Result<std::vector<std::int32_t>> parseTokens(const std::string& text) {
  std::vector<std::int32_t> tokens;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const char* const last = text.data() + end;
    std::int32_t token = 0;
    const auto [stopped, error] = std::from_chars(text.data() + start, last, token);
    if (error != std::errc() || stopped != last)
      return failure(
          ErrorCode::InvalidArgument,
          "--tokens: \"" + text.substr(start, std::min<std::size_t>(end - start, 100)) + "\" is no token id");
    tokens.push_back(token);
    start = end + 1;
  }
  return tokens;
}

int exitCodeOf(const Error& error) { return error.code == ErrorCode::Device ? kFailed : kBadInput; }

Result<void> writeLogits(const std::string& path, const std::vector<std::int32_t>& tokens, Device& device,
                         const OpenedWeights& model) {
  if (auto checked = checkTokens(tokens, model.config.vocabularySize); !checked) return checked;
  auto file = NpyFile::create(path, tokens.size(), static_cast<std::size_t>(model.config.vocabularySize));
  if (!file) return tl::unexpected(file.error());
  const auto sink = [&](std::span<const float> rows) { return file->append(rows); };
  if (auto ran = runLogits(device, model.config, model.weights, tokens, sink); !ran) return ran;
  return file->finish();
}

int logits(const LogitsOptions& options) {
  const auto tokens = parseTokens(options.tokens);
  if (!tokens) return complain(tokens.error());
  const auto path = resolveModel(options.model);
  if (!path) return complain(path.error());
  const auto device = openDevice(options.device, DeviceOptions{.numThreads = options.threads});
  if (!device) return complain(device.error().message);
  if (options.device == "auto") tellDevice(**device);
  const auto model = openWeights(*path, **device);
  if (!model) return complain(model.error(), exitCodeOf(model.error()));
  if (auto written = writeLogits(options.output, *tokens, **device, *model); !written)
    return complain(written.error(), exitCodeOf(written.error()));
  return kSucceeded;
}

}  // namespace

void addLogitsCommand(CLI::App& program, Action& action) {
  auto options = std::make_shared<LogitsOptions>();
  CLI::App* command = program.add_subcommand("logits", "Write the logits of every token of a row of ids");
  command->add_option("--model", options->model, "A .gguf file, a Hugging Face folder, or \"demo\"")
      ->capture_default_str();
  command->add_option("--tokens", options->tokens, "Token ids with commas between them")->required();
  command->add_option("--output", options->output, "The .npy file: float32 [tokens, vocabulary]")->required();
  command->add_option("--device", options->device, kDeviceHelp)->capture_default_str();
  command->add_option("--threads", options->threads, "CPU threads; 0: all cores this process may use")
      ->check(CLI::Range(0, 1024));
  command->callback([options, &action] { action = [options] { return logits(*options); }; });
}

}  // namespace zipage
