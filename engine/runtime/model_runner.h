// What the engine needs of a model: run a step, compress a sequence. The real one drives a Device; tests have
// one that only keeps books.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/cache/compression_plan.h"
#include "engine/cache/host_copy.h"
#include "kernels/op_arguments.h"

namespace zipage {

/// Host arrays of one step, laid out as PagedBatch describes them.
struct StepInputs {
  std::vector<std::int32_t> tokenIds, positions, targetSlots, queryRows;  // [numTokens]
  std::vector<std::int32_t> queryStart;                                   // [numSequences + 1]
  std::vector<std::int32_t> physical;                                     // [numSequences]
  std::vector<std::int32_t> pageTables;                                   // [numSequences, maxPages]
  int maxPages = 0;
  std::vector<std::int32_t> sampledRows;  // batch rows whose next token is drawn
  std::vector<SamplingRow> sampling;      // [sampledRows]
  std::vector<std::int32_t> history;      // token ids the repetition penalties look at
  bool ranksTokens = false;               // how likely the tokens were is asked for
  // A step that runs ahead: each row takes up what the step before has drawn in that row, and is void if that
  // is among its end tokens. Its tokenIds say nothing.
  bool followsDrawn = false;
  std::vector<std::int32_t> endTokens;  // [numTokens, kMostEndTokens], -1: no further ones; empty if not so
};

/// As RankTokensArguments::ranked: the token that was drawn, then the likeliest.
using TokenRanking = std::array<TokenProbability, 1 + kMostRankedTokens>;

/// What contents are said to be: `numEntries` entries per layer and KV head of a text of `numTokens` tokens,
/// the first of which stands at `firstPosition`. With queries it is a whole sequence, else pages alone.
struct ContentsShape {
  int numEntries = 0;
  std::int32_t numTokens = 0;
  std::int32_t firstPosition = 0;
  bool hasQueries = false;
};

class ModelRunner {
 public:
  virtual ~ModelRunner() = default;

  /// Begins one forward pass. Two may be under way, the second of which follows what the first draws.
  virtual Result<void> startStep(const StepInputs& inputs) = 0;
  /// Waits for the one that began first; what it drew, `sampledRows.size()` tokens, goes to `tokens`.
  virtual Result<void> finishStep(std::span<TokenId> tokens) = 0;
  Result<void> runStep(const StepInputs& inputs, std::span<TokenId> tokens) {
    if (auto started = startStep(inputs); !started) return started;
    return finishStep(tokens);
  }
  /// Of the step that was finished last, one for each token that it drew; empty if it was not to rank them.
  virtual std::span<const TokenRanking> rankings() const = 0;
  virtual Result<void> compress(const CompressionPlan& plan) = 0;
  /// Begins a compression beside the steps, which do not touch its pages meanwhile.
  virtual Result<void> startCompression(const CompressionPlan& plan) = 0;
  /// How many of those that were started are done since the last call, oldest first. `waits`: at least one,
  /// if any is under way.
  virtual Result<int> finishedCompressions(bool waits) = 0;
  /// Entries that hold 99 % of the attention of the plan's query window, mean over layers and heads.
  virtual Result<double> workingSet(const CompressionPlan& plan) = 0;

  /// The tokens of the text that the first `numEntries` slots of these pages hold: [heads, numEntries].
  virtual Result<SequenceRecord> heldTokens(std::span<const PageIndex> pages, int numEntries) = 0;
  /// Copies these pages and this query slot to host memory. OutOfMemory: nothing has changed.
  virtual Result<std::unique_ptr<HostCopy>> swapOut(std::span<const PageIndex> pages, int querySlot) = 0;
  /// REQUIRES: a copy this runner made, as many pages as it was made of.
  virtual Result<void> swapIn(const HostCopy& copy, std::span<const PageIndex> pages, int querySlot) = 0;

  // What a PrefixStorage keeps: pages alone (query slot -1) or a whole sequence, as bytes that another runner
  // of the same model, device and KV type understands.
  virtual Result<std::vector<std::byte>> copyOut(std::span<const PageIndex> pages, int querySlot) = 0;
  /// InvalidFile: these bytes are not what the shape says.
  virtual Result<void> checkContents(std::span<const std::byte> contents,
                                     const ContentsShape& shape) const = 0;
  /// REQUIRES: contents that checkContents() accepts, for as many pages.
  virtual Result<void> copyIn(std::span<const std::byte> contents, std::span<const PageIndex> pages,
                              int querySlot) = 0;
};

}  // namespace zipage
