// The logits of every token of a row, computed as the engine computes them: over pages, in chunks. For
// comparing with other programs.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/model/model_config.h"
#include "engine/model/weights.h"
#include "kernels/device.h"

namespace zipage {

/// Calls `take` with the logits [vocabulary] of each token, in order. InvalidArgument for an empty row or an
/// id that is not in the vocabulary; OutOfMemory where the device has no room.
Result<void> computeTokenLogits(Device& device, const ModelConfig& config, const ModelWeights& weights,
                                const std::vector<TokenId>& tokens,
                                const std::function<void(std::span<const float>)>& take);

}  // namespace zipage
