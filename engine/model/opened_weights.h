// A model's shape and weights without its words: what computing logits needs. A file without a tokenizer is
// enough.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "engine/base/result.h"
#include "engine/model/model_config.h"
#include "engine/model/weights.h"
#include "kernels/device.h"

namespace zipage {

struct OpenedWeights {
  std::shared_ptr<const void> file;  // keeps the mapping alive that weights may be read from
  ModelConfig config;
  ModelWeights weights;
  std::size_t bytes = 0;
};

/// Opens a .gguf file or a Hugging Face folder and loads its weights onto `device`, which outlives them.
/// Every failure names the file and what is wrong with it.
Result<OpenedWeights> openWeights(const std::filesystem::path& path, Device& device);

}  // namespace zipage
