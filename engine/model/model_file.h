// A model's shape and where its tensors lie, without a device: a .gguf file, a Hugging Face folder, or a
// synthetic model.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/base/result.h"
#include "engine/model/model_config.h"
#include "engine/model/synthetic_model.h"
#include "engine/model/tensor_source.h"

namespace zipage {

struct ModelFile {
  ModelConfig config;
  std::shared_ptr<const TensorSource> tensors;
};

/// Maps and checks the files; reads no weights. Every failure names the file and what is wrong with it.
Result<ModelFile> openModelFile(const std::filesystem::path& path,
                                ModelContents contents = ModelContents::Weights);

}  // namespace zipage
