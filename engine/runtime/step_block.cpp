#include "engine/runtime/step_block.h"

#include <utility>

#include "engine/base/check.h"

namespace zipage {

namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kInt = sizeof(std::int32_t);

std::size_t rounded(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

template <typename T>
T* upload(Device& device, Stream& stream, T* place, const std::vector<T>& values) {
  if (!values.empty()) device.copyToDevice(stream, place, values.data(), values.size() * sizeof(T));
  return place;
}

}  // namespace

std::size_t StepBlock::bytesFor(const Sizes& sizes) {
  const auto tokens = static_cast<std::size_t>(sizes.maxTokens);
  const auto sequences = static_cast<std::size_t>(sizes.maxSequences);
  const std::size_t tables = sequences * static_cast<std::size_t>(sizes.maxPages);
  return 4 * rounded(tokens * kInt) + 2 * rounded((sequences + 1) * kInt) + rounded(tables * kInt) +
         2 * rounded(sequences * kInt) + rounded(sequences * sizeof(SamplingRow));
}

Result<StepBlock> StepBlock::create(Device& device, const Sizes& sizes) {
  const auto tokens = static_cast<std::size_t>(sizes.maxTokens);
  const auto sequences = static_cast<std::size_t>(sizes.maxSequences);
  const std::size_t tables = sequences * static_cast<std::size_t>(sizes.maxPages);
  auto block = device.allocate(bytesFor(sizes));
  if (!block) return failure(ErrorCode::OutOfMemory, "step inputs: " + block.error().message);

  StepBlock made;
  made.m_block = std::move(*block);
  made.m_maxTokens = tokens;
  made.m_maxSequences = sequences;
  made.m_maxTableEntries = tables;
  auto* place = made.m_block.as<std::byte>();
  const auto take = [&place](std::size_t size) { return std::exchange(place, place + rounded(size)); };
  const auto ints = [&](std::size_t count) { return reinterpret_cast<std::int32_t*>(take(count * kInt)); };
  made.m_tokenIds = ints(tokens);
  made.m_positions = ints(tokens);
  made.m_slots = ints(tokens);
  made.m_queryRows = ints(tokens);
  made.m_queryStart = ints(sequences + 1);
  made.m_physical = ints(sequences + 1);
  made.m_pageTables = ints(tables);
  made.m_sampledRows = ints(sequences);
  made.m_drawnTokens = ints(sequences);
  made.m_sampling = reinterpret_cast<SamplingRow*>(take(sequences * sizeof(SamplingRow)));
  return made;
}

Result<void> StepBlock::upload(Device& device, Stream& stream, const StepInputs& inputs) {
  ZIPAGE_CHECK(inputs.tokenIds.size() <= m_maxTokens && inputs.pageTables.size() <= m_maxTableEntries &&
                   inputs.physical.size() <= m_maxSequences && inputs.sampledRows.size() <= m_maxSequences,
               "a step is larger than its arrays");
  const std::size_t historyBytes = inputs.history.size() * sizeof(std::int32_t);
  if (historyBytes > m_history.bytes()) {
    auto larger = device.allocate(2 * historyBytes);
    if (!larger) return failure(ErrorCode::OutOfMemory, "repetition history: " + larger.error().message);
    m_history = std::move(*larger);
  }
  zipage::upload(device, stream, m_history.as<std::int32_t>(), inputs.history);
  zipage::upload(device, stream, m_sampledRows, inputs.sampledRows);
  zipage::upload(device, stream, m_sampling, inputs.sampling);
  m_batch.numTokens = static_cast<int>(inputs.tokenIds.size());
  m_batch.numSequences = static_cast<int>(inputs.physical.size());
  m_batch.maxPages = inputs.maxPages;
  m_batch.tokenIds = zipage::upload(device, stream, m_tokenIds, inputs.tokenIds);
  m_batch.positions = zipage::upload(device, stream, m_positions, inputs.positions);
  m_batch.targetSlots = zipage::upload(device, stream, m_slots, inputs.targetSlots);
  m_batch.queryRows = zipage::upload(device, stream, m_queryRows, inputs.queryRows);
  m_batch.queryStart = zipage::upload(device, stream, m_queryStart, inputs.queryStart);
  m_batch.physical = zipage::upload(device, stream, m_physical, inputs.physical);
  m_batch.pageTables = zipage::upload(device, stream, m_pageTables, inputs.pageTables);
  return {};
}

}  // namespace zipage
