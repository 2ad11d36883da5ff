// Everything one model brings: shape, weights on a device, tokenizer, chat template, sampling defaults.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/model/model_config.h"
#include "engine/model/model_loader.h"
#include "engine/model/weights.h"
#include "engine/text/model_texts.h"
#include "engine/text/reasoning_parser.h"
#include "engine/text/tokenizer.h"
#include "kernels/device.h"

namespace zipage {

struct ModelBundle {
  std::filesystem::path path;
  ModelConfig config;
  ModelWeights weights;
  std::shared_ptr<const Tokenizer> tokenizer;
  std::string chatTemplate;  // Jinja source; empty: the model has none
  ReasoningMarks reasoningMarks;
  SamplingDefaults samplingDefaults;
  std::size_t weightBytes = 0;
  std::uint64_t identity = 0;        // see modelIdentity()
  std::shared_ptr<const void> file;  // keeps the mapping alive that weights may be read from
};

/// Opens a .gguf file or a Hugging Face folder, checks all of it that it uses, and loads the weights onto
/// `device`. Every failure names the file and the thing that is wrong with it.
Result<std::unique_ptr<ModelBundle>> loadModel(const std::filesystem::path& path, Device& device,
                                               const LoadProgress& progress = {});

}  // namespace zipage
