// What a model is and what it will take, read from its files' headers: nothing is loaded onto a device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "engine/base/result.h"
#include "engine/model/model_config.h"
#include "engine/model/tensor_source.h"
#include "engine/runtime/transformer_runner.h"

namespace zipage {

struct TypeTotal {
  std::int64_t count = 0;
  std::size_t bytes = 0;
};

/// Tensors and their bytes by the name of their type.
std::map<std::string, TypeTotal> tensorTotals(const TensorSource& tensors);

struct ModelFacts {
  ModelConfig config;
  std::size_t weightBytes = 0;
  std::string weightType;  // that most bytes are stored in
};

/// A .gguf file, a Hugging Face folder or a synthetic model. Errors name the file and what is wrong with it.
Result<ModelFacts> readModelFacts(const std::filesystem::path& path);

/// What a model takes on this machine, in bytes.
struct MemoryNeeds {
  std::size_t weightBytes = 0;
  std::size_t kvBytes = 0;  // the page pool
  std::size_t workspaceBytes = 0;

  std::size_t totalBytes() const { return weightBytes + kvBytes + workspaceBytes; }
};

/// An error where the pool cannot be made.
Result<MemoryNeeds> memoryNeeds(const ModelFacts& facts, const PoolOptions& pool);

}  // namespace zipage
