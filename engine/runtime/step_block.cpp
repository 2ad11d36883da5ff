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
  return 4 * roundedUp(tokens * kInt) + roundedUp(sequences * kMostEndTokens * kInt) +
         2 * roundedUp((sequences + 1) * kInt) + roundedUp(tables * kInt) + roundedUp(sequences * kInt) +
         roundedUp(sequences * sizeof(SamplingRow));
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
  std::vector<std::tuple<DeviceBuffer*, std::size_t, bool>> wanted{
      {&made.m_block, blockBytes(sizes), false},
      {&made.m_drawnTokens, drawnBytes(sizes), false},
      {&made.m_ranked, rankedBytes(sizes), false}};
  for (HostSide& side : made.m_sides) {
    side.end = device.createMark();
    wanted.insert(wanted.end(), {{&side.arrays, blockBytes(sizes), true},
                                 {&side.drawn, drawnBytes(sizes), true},
                                 {&side.ranked, rankedBytes(sizes), true}});
  }
  for (auto [target, bytes, isHost] : wanted) {
    auto memory = buffer(isHost ? device.allocateHost(bytes) : device.allocate(bytes), "step inputs");
    if (!memory) return tl::unexpected(memory.error());
    *target = std::move(*memory);
  }
  return made;
}

template <typename T>
T* StepBlock::place(std::size_t count, T*& host) {
  host = reinterpret_cast<T*>(newest().arrays.as<std::byte>() + m_used);
  T* const device = reinterpret_cast<T*>(m_block.as<std::byte>() + m_used);
  m_used += roundedUp(count * sizeof(T));
  return device;
}

template <typename T>
T* StepBlock::put(const std::vector<T>& values) {
  T* host = nullptr;
  T* const device = place(values.size(), host);
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
             inputs.followsDrawn,
             m_history.data()};
  m_newest = 1 - m_newest;
  m_used = 0;
  m_batch.numTokens = m_shape.numTokens;
  m_batch.numSequences = m_shape.numSequences;
  m_batch.maxPages = m_shape.maxPages;
  m_followed.drawn = drawnTokens();
  m_followed.numTokens = m_shape.numTokens;
  m_batch.tokenIds = m_followed.tokenIds = put(inputs.tokenIds);
  m_batch.positions = put(inputs.positions);
  m_batch.targetSlots = m_followed.targetSlots = put(inputs.targetSlots);
  m_batch.queryRows = m_followed.queryRows = put(inputs.queryRows);
  m_followed.ends = put(inputs.endTokens);
  m_batch.queryStart = put(inputs.queryStart);
  m_batch.physical = put(inputs.physical);
  m_sampledRows = put(inputs.sampledRows);
  m_sampling = put(inputs.sampling);
  m_batch.pageTables = putPageTables(inputs);
  device.copyToDevice(stream, m_block.data(), newest().arrays.data(), m_used);
  return {};
}

void StepBlock::fetchDrawn(Device& device, Stream& stream) {
  HostSide& side = newest();
  side.numSampled = m_shape.numSampled;
  side.ranksTokens = m_shape.ranksTokens;
  const auto count = static_cast<std::size_t>(side.numSampled);
  device.copyToHost(stream, side.drawn.data(), m_drawnTokens.data(), count * kInt);
  if (side.ranksTokens)
    device.copyToHost(stream, side.ranked.data(), m_ranked.data(), count * sizeof(TokenRanking));
  device.place(stream, *side.end);
}

DeviceResult<StepBlock::Results> StepBlock::waitFor(Device& device, Stream& stream, int stepsAgo) {
  const HostSide& side = m_sides[stepsAgo == 0 ? m_newest : 1 - m_newest];
  if (auto done = device.waitFor(stream, *side.end); !done) return tl::unexpected(done.error());
  const auto count = static_cast<std::size_t>(side.numSampled);
  Results results{{side.drawn.as<TokenId>(), count}, {}};
  if (side.ranksTokens) results.rankings = {side.ranked.as<TokenRanking>(), count};
  return results;
}

}  // namespace zipage
