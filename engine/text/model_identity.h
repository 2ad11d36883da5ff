// Which model this is: a number by which to recognise what was computed with the very same weights and
// vocabulary, in this process or another.
#pragma once

#include <cstdint>

#include "engine/model/model_config.h"
#include "engine/model/tensor_source.h"
#include "engine/text/tokenizer.h"

namespace zipage {

/// A hash of the shape, of every tensor's name, type and size with a sample of its bytes, and of every
/// token's text. It depends on no path, name or date, and reads a few thousand short stretches however large
/// the model is. Not a checksum: a file that differs in a few bytes only may go unnoticed.
std::uint64_t modelIdentity(const ModelConfig& config, const TensorSource& tensors,
                            const Tokenizer& tokenizer);

}  // namespace zipage
