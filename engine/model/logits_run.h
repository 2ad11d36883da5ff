// The logits of every token of one text, without scheduler, sampling or compression: what a model computes,
// for comparison with other programs. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "engine/base/result.h"
#include "engine/model/model_config.h"
#include "engine/model/weights.h"
#include "kernels/device.h"

namespace zipage {

/// Takes some rows [rows, vocabulary] in the order of the tokens; a failure ends the run with it.
using LogitsSink = std::function<Result<void>(std::span<const float> rows)>;

/// InvalidArgument, naming the token, for one that a vocabulary of this size does not have or when there is
/// none.
Result<void> checkTokens(std::span<const std::int32_t> tokens, int vocabularySize);

/// Runs `tokens` through the model a few at a time, full attention over all of them, and hands out their
/// logits. What checkTokens() refuses is refused;
/// OutOfMemory when the device has no room for the keys and values of all tokens.
Result<void> runLogits(Device& device, const ModelConfig& config, const ModelWeights& weights,
                       std::span<const std::int32_t> tokens, const LogitsSink& sink);

}  // namespace zipage
