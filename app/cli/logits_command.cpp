// logits: what a model makes of a row of token ids, as a NumPy file, for comparing with other programs. Needs
// no tokenizer.
#include <cstdint>
#include <fstream>

#include "app/cli/command.h"
#include "app/common/model_paths.h"
#include "engine/model/model_loader.h"
#include "engine/runtime/token_logits.h"
#include "engine/text/model_bundle.h"
#include "kernels/device_registry.h"

namespace zipage {

namespace {

struct LogitsOptions {
  std::string model = "demo";
  std::string device = "auto";
  std::vector<TokenId> tokens;
  std::string output;
};

/// The header of a .npy file, version 1.0: float32 [rows, columns], row by row.
std::string npyHeader(std::size_t rows, std::size_t columns) {
  constexpr std::size_t kAlignment = 64;
  constexpr std::size_t kPrefix = 10;
  std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " +
                     std::to_string(columns) + "), }";
  text.append(kAlignment - (kPrefix + text.size() + 1) % kAlignment, ' ');
  text.push_back('\n');
  std::string header("\x93NUMPY\x01\x00", 8);
  header.push_back(static_cast<char>(text.size() & 0xFF));
  header.push_back(static_cast<char>(text.size() >> 8));
  return header + text;
}

Result<void> writeLogits(const LogitsOptions& options) {
  const auto path = resolveModel(options.model);
  if (!path) return tl::unexpected(path.error());
  const auto device = openDevice(options.device, {});
  if (!device) return failure(ErrorCode::InvalidArgument, device.error().message);
  const auto model = openModelFile(*path);
  if (!model) return tl::unexpected(model.error());
  const auto loaded = loadWeights(*model->tensors, model->config, **device);
  if (!loaded) return tl::unexpected(loaded.error());

  std::ofstream file(options.output, std::ios::binary);
  if (!file) return failure(ErrorCode::Io, options.output + ": cannot be written");
  file << npyHeader(options.tokens.size(), static_cast<std::size_t>(model->config.vocabularySize));
  const auto done = computeTokenLogits(
      **device, model->config, loaded->weights, options.tokens, [&](std::span<const float> row) {
        file.write(reinterpret_cast<const char*>(row.data()), static_cast<std::streamsize>(row.size_bytes()));
      });
  if (!done) return done;
  file.close();
  if (!file) return failure(ErrorCode::Io, options.output + ": cannot be written");
  return {};
}

}  // namespace

void addLogitsCommand(CLI::App& program, Action& action) {
  auto options = std::make_shared<LogitsOptions>();
  CLI::App* command =
      program.add_subcommand("logits", "Write the logits of a row of token ids as a NumPy file");
  command->add_option("--model", options->model, "A .gguf file, a Hugging Face folder, or \"demo\"")
      ->capture_default_str();
  command->add_option("--device", options->device, "Where it runs: auto, cpu")->capture_default_str();
  command->add_option("--tokens", options->tokens, "Token ids, separated by commas")
      ->delimiter(',')
      ->required();
  command->add_option("--output", options->output, "The .npy file: float32 [tokens, vocabulary]")->required();
  command->callback([options, &action] {
    action = [options] {
      const auto done = writeLogits(*options);
      return done ? kSucceeded : complain(done.error());
    };
  });
}

}  // namespace zipage
