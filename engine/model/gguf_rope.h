// The keys and tensors of a GGUF file that say how queries and keys rotate.
#pragma once

#include "engine/model/gguf_file.h"
#include "engine/model/model_config.h"

namespace zipage {

/// Fills in the rotation, and shortens the context to what it reaches. `config` has its architecture, head
/// dimension and context. Unsupported for rotations that would give wrong answers without any other sign of
/// it.
Result<void> readRope(const GgufFile& file, ModelConfig& config);

}  // namespace zipage
