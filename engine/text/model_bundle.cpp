#include "engine/text/model_bundle.h"

#include <new>
#include <utility>

#include "engine/model/gguf_file.h"
#include "engine/model/model_file.h"
#include "engine/model/model_loader.h"
#include "engine/text/model_identity.h"
#include "engine/text/tokenizer_loader.h"

namespace zipage {

namespace {

namespace fs = std::filesystem;

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

Result<void> readTexts(const ModelFile& model, ModelBundle& bundle) {
  const auto* gguf = dynamic_cast<const GgufFile*>(model.tensors.get());
  auto tokenizer = gguf != nullptr ? loadTokenizer(*gguf) : loadTokenizer(bundle.path);
  if (!tokenizer) return tl::unexpected(tokenizer.error());
  bundle.tokenizer = std::move(*tokenizer);
  if (bundle.tokenizer->vocabularySize() > bundle.config.vocabularySize) {
    return model.tensors->invalid("has " + std::to_string(bundle.tokenizer->vocabularySize()) +
                                  " tokens, but weights for " + std::to_string(bundle.config.vocabularySize));
  }
  auto texts = gguf != nullptr ? readModelTexts(*gguf) : readModelTexts(bundle.path);
  if (!texts) return tl::unexpected(texts.error());
  bundle.chatTemplate = std::move(texts->chatTemplate);
  bundle.samplingDefaults = texts->samplingDefaults;
  bundle.reasoningMarks = chooseReasoningMarks(*bundle.tokenizer, bundle.chatTemplate);
  return {};
}

Result<std::unique_ptr<ModelBundle>> loadParts(const fs::path& path, Device& device,
                                               const LoadProgress& progress) {
  auto model = openModelFile(path);
  if (!model) return tl::unexpected(model.error());
  auto bundle = std::make_unique<ModelBundle>();
  bundle->path = path;
  bundle->config = model->config;
  bundle->file = model->tensors;
  if (auto done = readTexts(*model, *bundle); !done) return tl::unexpected(done.error());
  bundle->identity = modelIdentity(bundle->config, *model->tensors, *bundle->tokenizer);
  auto loaded = loadWeights(*model->tensors, bundle->config, device, progress);
  if (!loaded) return tl::unexpected(loaded.error());
  bundle->weights = std::move(loaded->weights);
  bundle->weightBytes = loaded->bytes;
  return bundle;
}

}  // namespace

Result<std::unique_ptr<ModelBundle>> loadModel(const fs::path& path, Device& device,
                                               const LoadProgress& progress) {
  try {
    return loadParts(path, device, progress);
  } catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, path.string() + ": no memory to load it");
  }
}

}  // namespace zipage
