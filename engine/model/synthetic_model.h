// A synthetic model as the GGUF file it would be, made in memory.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/base/result.h"
#include "engine/model/gguf_file.h"
#include "engine/model/synthetic_spec.h"

namespace zipage {

enum class ModelContents : std::uint8_t {
  Shape,    // synthetic tensors are all zeros that take no memory
  Weights,  // and random numbers
};

/// OutOfMemory when the machine has no room for the weights.
Result<std::shared_ptr<const GgufFile>> makeSyntheticModel(const SyntheticSpec& spec, ModelContents contents);

/// The GGUF file at `path`, or the synthetic model that `path` names.
Result<std::shared_ptr<const GgufFile>> openGguf(const std::filesystem::path& path,
                                                 ModelContents contents = ModelContents::Weights);

/// Writes one as a file, which must not be there yet.
Result<void> writeSyntheticModel(const SyntheticSpec& spec, const std::filesystem::path& path);

}  // namespace zipage
