// The arrays of one step in device memory: one block, sized once for the largest step.
#pragma once

#include <vector>

#include "engine/base/result.h"
#include "engine/runtime/model_runner.h"
#include "kernels/device.h"

namespace zipage {

class StepBlock {
 public:
  struct Sizes {
    int maxTokens = 0;
    int maxSequences = 0;  // and rows that are drawn from
    int maxPages = 0;      // of one sequence
  };

  static std::size_t bytesFor(const Sizes& sizes);
  static Result<StepBlock> create(Device& device, const Sizes& sizes);

  /// Copies a step's arrays over. Fails only when the tokens that repetition penalties look at need more
  /// memory than there is.
  Result<void> upload(Device& device, Stream& stream, const StepInputs& inputs);

  const PagedBatch& batch() const { return m_batch; }
  const std::int32_t* sampledRows() const { return m_sampledRows; }
  const SamplingRow* sampling() const { return m_sampling; }
  const std::int32_t* history() const { return m_history.as<std::int32_t>(); }
  std::int32_t* drawnTokens() const { return m_drawnTokens; }
  std::size_t bytes() const { return m_block.bytes() + m_history.bytes(); }

 private:
  DeviceBuffer m_block;
  DeviceBuffer m_history;
  std::int32_t *m_tokenIds = nullptr, *m_positions = nullptr, *m_slots = nullptr, *m_queryRows = nullptr;
  std::int32_t *m_queryStart = nullptr, *m_physical = nullptr, *m_pageTables = nullptr,
               *m_sampledRows = nullptr;
  std::int32_t* m_drawnTokens = nullptr;
  SamplingRow* m_sampling = nullptr;
  PagedBatch m_batch;
  std::size_t m_maxTokens = 0, m_maxSequences = 0, m_maxTableEntries = 0;
};

}  // namespace zipage
