#include "engine/runtime/step_block.h"

#include <algorithm>
#include <bit>
#include <tuple>

#include "engine/base/check.h"
#include "engine/base/rounded_up.h"

namespace zipage {

namespace {

constexpr std::size_t kInt = sizeof(std::int32_t);

/// Up to the next quarter of a power of two, at least 8.
int roundedPages(int pages) {
  const int quarter = std::max(8, static_cast<int>(std::bit_floor(static_cast<unsigned>(pages))) / 4);
  return (pages + quarter - 1) / quarter * quarter;
}

std::size_t blockBytes(const StepBlock::Sizes& sizes) {
  const auto tokens = static_cast<std::size_t>(sizes.maxTokens);
  const auto sequences = static_cast<std::size_t>(sizes.maxSequences);
  const std::size_t tables = sequences * static_cast<std::size_t>(roundedPages(sizes.maxPages));
  return 4 * roundedUp(tokens * kInt) + 2 * roundedUp((sequences + 1) * kInt) + roundedUp(tables * kInt) +
         roundedUp(sequences * kInt) + roundedUp(sequences * sizeof(SamplingRow));
}
std::size_t drawnBytes(const StepBlock::Sizes& sizes) {
  return static_cast<std::size_t>(sizes.maxSequences) * kInt;
}
std::size_t rankedBytes(const StepBlock::Sizes& sizes) {
  return static_cast<std::size_t>(sizes.maxSequences) * sizeof(TokenRanking);
}

Result<DeviceBuffer> buffer(DeviceResult<DeviceBuffer> made, const char* what) {
  if (!made) return failure(ErrorCode::OutOfMemory, std::string(what) + ": " + made.error().message);
  return std::move(*made);
}

}  // namespace

std::size_t StepBlock::bytesFor(const Sizes& sizes) {
  return blockBytes(sizes) + drawnBytes(sizes) + rankedBytes(sizes);
}

Result<StepBlock> StepBlock::create(Device& device, const Sizes& sizes) {
  StepBlock made;
  made.m_sizes = sizes;
  for (auto [target, bytes, isHost] : {std::tuple{&made.m_block, blockBytes(sizes), false},
                                       std::tuple{&made.m_host, blockBytes(sizes), true},
                                       std::tuple{&made.m_drawnTokens, drawnBytes(sizes), false},
                                       std::tuple{&made.m_hostDrawn, drawnBytes(sizes), true},
                                       std::tuple{&made.m_ranked, rankedBytes(sizes), false},
                                       std::tuple{&made.m_hostRanked, rankedBytes(sizes), true}}) {
    auto memory = buffer(isHost ? device.allocateHost(bytes) : device.allocate(bytes), "step inputs");
    if (!memory) return tl::unexpected(memory.error());
    *target = std::move(*memory);
  }
  return made;
}

template <typename T>
T* StepBlock::place(std::size_t count, T*& host) {
  host = reinterpret_cast<T*>(m_host.as<std::byte>() + m_used);
  T* const device = reinterpret_cast<T*>(m_block.as<std::byte>() + m_used);
  m_used += roundedUp(count * sizeof(T));
  return device;
}

template <typename T>
const T* StepBlock::put(const std::vector<T>& values) {
  T* host = nullptr;
  const T* const device = place(values.size(), host);
  std::copy(values.begin(), values.end(), host);
  return device;
}

const std::int32_t* StepBlock::putPageTables(const StepInputs& inputs) {
  const auto length = static_cast<std::size_t>(m_shape.maxPages);
  const auto given = static_cast<std::size_t>(inputs.maxPages);
  std::int32_t* host = nullptr;
  const std::int32_t* const device = place(inputs.physical.size() * length, host);
  for (std::size_t row = 0; row < inputs.physical.size(); ++row)
    std::copy_n(inputs.pageTables.begin() + static_cast<std::ptrdiff_t>(row * given), given,
                host + row * length);
  return device;
}

Result<void> StepBlock::uploadHistory(Device& device, Stream& stream,
                                      const std::vector<std::int32_t>& history) {
  const std::size_t bytes = history.size() * kInt;
  if (bytes == 0) return {};
  if (bytes > m_history.bytes()) {
    auto larger = buffer(device.allocate(2 * bytes), "repetition history");
    if (!larger) return tl::unexpected(larger.error());
    m_history = std::move(*larger);
  }
  device.copyToDevice(stream, m_history.data(), history.data(), bytes);
  return {};
}

Result<void> StepBlock::upload(Device& device, Stream& stream, const StepInputs& inputs) {
  ZIPAGE_CHECK(inputs.tokenIds.size() <= static_cast<std::size_t>(m_sizes.maxTokens) &&
                   inputs.maxPages <= m_sizes.maxPages &&
                   inputs.physical.size() <= static_cast<std::size_t>(m_sizes.maxSequences) &&
                   inputs.sampledRows.size() <= static_cast<std::size_t>(m_sizes.maxSequences),
               "a step is larger than its arrays");
  if (auto uploaded = uploadHistory(device, stream, inputs.history); !uploaded) return uploaded;
  m_shape = {static_cast<int>(inputs.tokenIds.size()),
             static_cast<int>(inputs.physical.size()),
             static_cast<int>(inputs.sampledRows.size()),
             roundedPages(std::max(1, inputs.maxPages)),
             inputs.ranksTokens,
             m_history.data()};
  m_used = 0;
  m_batch.numTokens = m_shape.numTokens;
  m_batch.numSequences = m_shape.numSequences;
  m_batch.maxPages = m_shape.maxPages;
  m_batch.tokenIds = put(inputs.tokenIds);
  m_batch.positions = put(inputs.positions);
  m_batch.targetSlots = put(inputs.targetSlots);
  m_batch.queryRows = put(inputs.queryRows);
  m_batch.queryStart = put(inputs.queryStart);
  m_batch.physical = put(inputs.physical);
  m_sampledRows = put(inputs.sampledRows);
  m_sampling = put(inputs.sampling);
  m_batch.pageTables = putPageTables(inputs);
  device.copyToDevice(stream, m_block.data(), m_host.data(), m_used);
  return {};
}

void StepBlock::fetchDrawn(Device& device, Stream& stream) {
  device.copyToHost(stream, m_hostDrawn.data(), m_drawnTokens.data(),
                    static_cast<std::size_t>(m_shape.numSampled) * kInt);
  if (!m_shape.ranksTokens) return;
  device.copyToHost(stream, m_hostRanked.data(), m_ranked.data(),
                    static_cast<std::size_t>(m_shape.numSampled) * sizeof(TokenRanking));
}

std::span<const TokenRanking> StepBlock::rankings() const {
  if (!m_shape.ranksTokens) return {};
  return {m_hostRanked.as<TokenRanking>(), static_cast<std::size_t>(m_shape.numSampled)};
}

std::span<const TokenId> StepBlock::drawn() const {
  return {m_hostDrawn.as<TokenId>(), static_cast<std::size_t>(m_shape.numSampled)};
}

}  // namespace zipage
