#include "engine/text/model_bundle.h"

#include <new>
#include <utility>

#include "engine/model/gguf_file.h"
#include "engine/model/model_loader.h"
#include "engine/text/tokenizer_loader.h"

namespace zipage {

namespace {

/// A suggestion of the file, or nothing where it makes none or one that makes no sense: the model works
/// without it.
std::optional<float> readDefault(const GgufFile& file, const char* name, double least, double most) {
  const auto value = file.number(std::string("general.sampling.") + name);
  if (!value || !*value || !(**value >= least && **value <= most)) return std::nullopt;
  return static_cast<float>(**value);
}

SamplingDefaults readSamplingDefaults(const GgufFile& file) {
  SamplingDefaults defaults;
  defaults.temperature = readDefault(file, "temp", 0.0, 10.0);
  defaults.topP = readDefault(file, "top_p", 1e-6, 1.0);
  defaults.minP = readDefault(file, "min_p", 0.0, 1.0);
  defaults.repetitionPenalty = readDefault(file, "penalty_repeat", 0.1, 10.0);
  if (const auto topK = readDefault(file, "top_k", 0.0, 1e6)) defaults.topK = static_cast<int>(*topK);
  return defaults;
}

/// Those that are tokens of the vocabulary, else those the template writes, else the default.
ReasoningMarks chooseReasoningMarks(const Tokenizer& tokenizer, const std::string& chatTemplate) {
  for (const ReasoningMarks& marks : knownReasoningMarks()) {
    if (tokenizer.tokenOf(marks.open) >= 0 && tokenizer.tokenOf(marks.close) >= 0) return marks;
  }
  for (const ReasoningMarks& marks : knownReasoningMarks()) {
    if (chatTemplate.find(marks.close) != std::string::npos) return marks;
  }
  return {};
}

Result<void> loadParts(const GgufFile& file, Device& device, ModelBundle& bundle) {
  auto config = readModelConfig(file);
  if (!config) return tl::unexpected(config.error());
  bundle.config = std::move(*config);
  auto tokenizer = loadTokenizer(file);
  if (!tokenizer) return tl::unexpected(tokenizer.error());
  bundle.tokenizer = std::move(*tokenizer);
  if (bundle.tokenizer->vocabularySize() > bundle.config.vocabularySize) {
    return file.invalid("has " + std::to_string(bundle.tokenizer->vocabularySize()) +
                        " tokens, but weights for " + std::to_string(bundle.config.vocabularySize));
  }
  const auto chatTemplate = file.string("tokenizer.chat_template");
  if (!chatTemplate) return tl::unexpected(chatTemplate.error());
  bundle.chatTemplate = chatTemplate->value_or("");
  bundle.reasoningMarks = chooseReasoningMarks(*bundle.tokenizer, bundle.chatTemplate);
  bundle.samplingDefaults = readSamplingDefaults(file);
  auto loaded = loadWeights(file, bundle.config, device);
  if (!loaded) return tl::unexpected(loaded.error());
  bundle.weights = std::move(loaded->weights);
  bundle.weightBytes = loaded->bytes;
  return {};
}

}  // namespace

Result<std::unique_ptr<ModelBundle>> loadModel(const std::filesystem::path& path, Device& device) {
  try {
    auto file = GgufFile::open(path);
    if (!file) return tl::unexpected(file.error());
    auto bundle = std::make_unique<ModelBundle>();
    bundle->path = path;
    bundle->file = *file;
    if (auto loaded = loadParts(**file, device, *bundle); !loaded) return tl::unexpected(loaded.error());
    return bundle;
  } catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, path.string() + ": no memory to load it");
  }
}

}  // namespace zipage
