// What a model will take beside its weights, before anything is loaded: the sums that the runner's own
// allocations are made of.
#pragma once

#include <cstddef>

#include "engine/model/model_config.h"
#include "engine/runtime/transformer_runner.h"

namespace zipage {

struct MemoryEstimate {
  std::size_t bytesPerToken = 0;        // keys, values, positions and scores of one token, all layers
  std::size_t bytesPerQueryWindow = 0;  // of one sequence that may be compressed
  std::size_t poolBytes = 0;            // pages and query windows
  std::size_t workspaceBytes = 0;       // activations, logits, step inputs, compression

  /// Of one chat that holds at most `tokens` (budget and period together), in whole pages.
  std::size_t bytesOfChat(int tokens, int pageTokens) const {
    const auto pages = static_cast<std::size_t>((tokens + pageTokens - 1) / pageTokens);
    return pages * static_cast<std::size_t>(pageTokens) * bytesPerToken + bytesPerQueryWindow;
  }
};

/// An error where the pool cannot be made, as createTransformerRunner() would say it.
Result<MemoryEstimate> estimateMemory(const ModelConfig& config, const PoolOptions& options,
                                      DataType activationType);

}  // namespace zipage
