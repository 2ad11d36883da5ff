// The arrays of a step: written into page-locked host memory one behind the other and copied over at once.
// Where they lie depends on their lengths only, so that steps of one shape find theirs at the same addresses.
// The host's side is there twice, for two steps under way; on the device they come one after the other.
#pragma once

#include <array>
#include <compare>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/runtime/model_runner.h"
#include "kernels/device.h"

namespace zipage {

/// What decides which ops a step enqueues, and on which memory.
struct StepShape {
  int numTokens = 0;
  int numSequences = 0;
  int numSampled = 0;
  int maxPages = 0;  // rounded up, so that growing sequences keep their shape for a while
  bool ranksTokens = false;
  bool followsDrawn = false;
  const void* history = nullptr;

  /// Every sequence brings the token that was drawn last and draws the next.
  bool isDecode() const { return numTokens == numSequences && numSampled == numSequences; }
  auto operator<=>(const StepShape&) const = default;
};

class StepBlock {
 public:
  struct Sizes {
    int maxTokens = 0;
    int maxSequences = 0;  // and rows that are drawn from
    int maxPages = 0;      // of one sequence
  };

  static std::size_t bytesFor(const Sizes& sizes);
  static Result<StepBlock> create(Device& device, const Sizes& sizes);

  /// What has come back of a step.
  struct Results {
    std::span<const TokenId> drawn;
    std::span<const TokenRanking> rankings;  // empty if it was not to rank tokens
  };

  /// Copies a step's arrays over. The step before the last must have ended. Fails only when the tokens that
  /// repetition penalties look at need more memory than there is.
  Result<void> upload(Device& device, Stream& stream, const StepInputs& inputs);
  /// Enqueues the copies of what was drawn. With them the step ends.
  void fetchDrawn(Device& device, Stream& stream);
  /// Waits for the end of the newest step (0) or of the one before it (1).
  DeviceResult<Results> waitFor(Device& device, Stream& stream, int stepsAgo);

  const StepShape& shape() const { return m_shape; }
  const PagedBatch& batch() const { return m_batch; }
  FollowDrawnArguments followed() const { return m_followed; }
  const std::int32_t* sampledRows() const { return m_sampledRows; }
  const SamplingRow* sampling() const { return m_sampling; }
  const std::int32_t* history() const { return m_history.as<std::int32_t>(); }
  std::int32_t* drawnTokens() const { return m_drawnTokens.as<std::int32_t>(); }
  TokenProbability* ranked() const { return m_ranked.as<TokenProbability>(); }
  std::size_t bytes() const {
    return m_block.bytes() + m_drawnTokens.bytes() + m_ranked.bytes() + m_history.bytes();
  }

 private:
  struct HostSide {
    DeviceBuffer arrays;
    DeviceBuffer drawn;         // [maxSequences]
    DeviceBuffer ranked;        // [maxSequences] TokenRanking
    std::unique_ptr<Mark> end;  // of the step
    int numSampled = 0;
    bool ranksTokens = false;
  };

  HostSide& newest() { return m_sides[m_newest]; }
  /// Room for `count` values in the block; host gets where to write them.
  template <typename T>
  T* place(std::size_t count, T*& host);
  template <typename T>
  T* put(const std::vector<T>& values);
  const std::int32_t* putPageTables(const StepInputs& inputs);
  Result<void> uploadHistory(Device& device, Stream& stream, const std::vector<std::int32_t>& history);

  Sizes m_sizes;
  std::array<HostSide, 2> m_sides;
  std::size_t m_newest = 0;
  DeviceBuffer m_block;        // the arrays
  DeviceBuffer m_drawnTokens;  // [maxSequences]
  DeviceBuffer m_ranked;       // [maxSequences] TokenRanking
  DeviceBuffer m_history;
  std::size_t m_used = 0;  // bytes of the block
  StepShape m_shape;
  PagedBatch m_batch;
  FollowDrawnArguments m_followed;
  const std::int32_t* m_sampledRows = nullptr;
  const SamplingRow* m_sampling = nullptr;
};

}  // namespace zipage
