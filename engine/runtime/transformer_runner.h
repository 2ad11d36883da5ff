// The ModelRunner that drives a real model on a real device: owns the page pool, the query windows, the
// pinned step block and the compression workspace. Allocates everything in create().
#pragma once

#include <memory>

#include "engine/base/result.h"
#include "engine/cache/kv_layout.h"
#include "engine/runtime/engine.h"
#include "engine/text/model_bundle.h"

namespace zipage {

struct PoolOptions {
  std::int64_t poolTokens = 16384;  // slots of the pool; rounded up to whole pages
  int pageTokens = 32;
  int windowTokens = 16;
  int maxQuerySlots = 64;
  int maxBatchTokens = 512;
  int maxSequences = 64;
  int maxCompressedEntries = 0;  // longest sequence one compression may see; 0: the whole pool
  DataType kvType = DataType::F32;
};

KvLayout layoutFor(const ModelConfig& config, const PoolOptions& options);
/// Entries that one compression has room for.
int maxCompressedEntries(const PoolOptions& options, int numPages);

struct RunnerAndLimits {
  std::unique_ptr<ModelRunner> runner;
  EngineLimits limits;
  std::size_t poolBytes = 0;
  std::size_t workspaceBytes = 0;
};

/// `device` and `model` outlive the runner.
Result<RunnerAndLimits> createTransformerRunner(Device& device, const ModelBundle& model,
                                                const PoolOptions& options);

}  // namespace zipage
