// Finds the tensors of a model in a file by their names, checks their shapes, and hands them to a device.
#pragma once

#include <cstddef>
#include <functional>

#include "engine/base/result.h"
#include "engine/model/model_config.h"
#include "engine/model/tensor_source.h"
#include "engine/model/weights.h"
#include "kernels/device.h"

namespace zipage {

struct LoadedWeights {
  ModelWeights weights;
  std::size_t bytes = 0;  // of all tensors in the file that are used
};

/// Told after each tensor how many bytes are there; false ends the loading with ErrorCode::Cancelled.
using LoadProgress = std::function<bool(std::size_t loadedBytes)>;

/// `source` outlives the weights: a device may read them in place. A missing tensor, a wrong shape or a type
/// this program does not know is an error that names the tensor. Tensors the model does not need are left
/// alone.
Result<LoadedWeights> loadWeights(const TensorSource& source, const ModelConfig& config, Device& device,
                                  const LoadProgress& progress = {});

}  // namespace zipage
