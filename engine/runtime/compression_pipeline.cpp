#include "engine/runtime/compression_pipeline.h"

#include <algorithm>
#include <limits>

#include "engine/base/check.h"
#include "engine/base/rounded_up.h"

namespace zipage {

namespace {

/// A reproducible number in [0, 1) for each (position, head).
float randomScore(std::uint64_t position, std::uint64_t head) {
  std::uint64_t bits = position * 0x9E3779B97F4A7C15ULL + head * 0xC2B2AE3D27D4EB4FULL + 1;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
  return static_cast<float>((bits ^ (bits >> 31)) >> 40) * 0x1.0p-24F;
}

/// Of the pooled score. A rule's own score is all there is.
float weightOf(const CompressionSettings& settings) {
  return settings.rule == SelectionRule::Scored ? settings.redundancyWeight : 1.0F;
}

}  // namespace

std::size_t CompressionPipeline::bytesFor(int heads, int maxEntries) {
  const auto all = static_cast<std::size_t>(heads) * maxEntries;
  return 6 * roundedUp(all * sizeof(float)) + roundedUp(heads * sizeof(float)) +
         3 * roundedUp(maxEntries * sizeof(std::int32_t));
}

Result<CompressionPipeline> CompressionPipeline::create(Device& device, const PagedKv& kv,
                                                        const QueryWindow& window, const Rope& rope,
                                                        float attentionScale, int maxEntries) {
  CompressionPipeline pipeline(device);
  pipeline.m_kv = kv;
  pipeline.m_window = window;
  pipeline.m_rope = rope;
  pipeline.m_attentionScale = attentionScale;
  pipeline.m_maxEntries = maxEntries;
  const std::size_t heads = static_cast<std::size_t>(kv.numLayers) * kv.kvHeads;
  const auto n = static_cast<std::size_t>(maxEntries);
  auto workspace = device.allocate(bytesFor(kv.numLayers * kv.kvHeads, maxEntries));
  if (!workspace)
    return failure(ErrorCode::OutOfMemory, "compression workspace: " + workspace.error().message);
  pipeline.m_workspace = std::move(*workspace);
  pipeline.m_hostScores.resize(heads * n);
  return pipeline;
}

CompressionPipeline::Workspace CompressionPipeline::layOut() const {
  const std::size_t heads = static_cast<std::size_t>(m_kv.numLayers) * m_kv.kvHeads;
  const auto n = static_cast<std::size_t>(m_maxEntries);
  auto* place = m_workspace.as<std::byte>();
  const auto take = [&place](std::size_t bytes) { return std::exchange(place, place + roundedUp(bytes)); };
  const auto floats = [&] { return reinterpret_cast<float*>(take(heads * n * sizeof(float))); };
  const auto table = [&] { return reinterpret_cast<std::int32_t*>(take(n * sizeof(std::int32_t))); };
  Workspace work{};
  work.attention = floats();
  work.global = floats();
  work.pooled = floats();
  work.redundancy = floats();
  work.scores = floats();
  work.kept = reinterpret_cast<std::int32_t*>(floats());
  work.cut = reinterpret_cast<float*>(take(heads * sizeof(float)));
  work.sourceTable = table();
  work.targetTable = table();
  work.protectedEntries = reinterpret_cast<std::uint8_t*>(table());
  return work;
}

void CompressionPipeline::run(Stream& stream, const CompressionPlan& plan) {
  ZIPAGE_CHECK(plan.numEntries <= m_maxEntries,
               "the compression workspace is sized for the longest sequence");
  const Workspace work = layOut();
  m_device->copyToDevice(stream, work.sourceTable, plan.sourcePages.data(),
                         plan.sourcePages.size() * sizeof(PageIndex));
  m_device->copyToDevice(stream, work.targetTable, plan.targetPages.data(),
                         plan.targetPages.size() * sizeof(PageIndex));
  m_device->copyToDevice(stream, work.protectedEntries, plan.protectedEntries.data(),
                         plan.protectedEntries.size());
  const SequenceEntries entries{m_kv, work.sourceTable, plan.numEntries};
  if (plan.settings.rule == SelectionRule::Scored)
    score(stream, plan, entries, work);
  else
    scoreByRule(stream, plan, work);
  raisePinned(stream, plan, entries, work);
  selectAndCompact(stream, plan, entries, work);
}

std::vector<std::int32_t> CompressionPipeline::positionsOf(Stream& stream, const SequenceEntries& entries,
                                                           const Workspace& work) {
  auto* const gathered = reinterpret_cast<std::int32_t*>(work.scores);
  m_device->gatherPositions(stream, {entries, gathered});
  std::vector<std::int32_t> positions(static_cast<std::size_t>(m_kv.numLayers) * m_kv.kvHeads *
                                      static_cast<std::size_t>(entries.numEntries));
  m_device->copyToHost(stream, positions.data(), gathered, positions.size() * sizeof(std::int32_t));
  return positions;
}

void CompressionPipeline::raisePinned(Stream& stream, const CompressionPlan& plan,
                                      const SequenceEntries& entries, const Workspace& work) {
  if (plan.pinnedTokens.empty()) return;
  // The score is weight · pooled − (1 − weight) · redundancy: infinite by the part that has a weight.
  const bool hasWeight = weightOf(plan.settings) > 0.0F;
  const float best = (hasWeight ? 1.0F : -1.0F) * std::numeric_limits<float>::infinity();
  float* const part = hasWeight ? work.pooled : work.redundancy;
  const auto positions = positionsOf(stream, entries, work);
  const std::size_t bytes = positions.size() * sizeof(float);
  m_device->copyToHost(stream, m_hostScores.data(), part, bytes);
  // What goes wrong here surfaces at the end of the compression as well.
  static_cast<void>(m_device->synchronize(stream));
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (std::binary_search(plan.pinnedTokens.begin(), plan.pinnedTokens.end(), positions[i]))
      m_hostScores[i] = best;
  }
  m_device->copyToDevice(stream, part, m_hostScores.data(), bytes);
}

void CompressionPipeline::fillRecord(Stream& stream, const CompressionPlan& plan,
                                     const SequenceEntries& entries, const Workspace& work) {
  CompressionRecord& record = *plan.record;
  const std::size_t heads = static_cast<std::size_t>(m_kv.numLayers) * m_kv.kvHeads;
  const auto copy = [&]<typename Value>(std::vector<Value>& part, const Value* from, std::size_t count) {
    part.resize(count);
    m_device->copyToHost(stream, part.data(), from, count * sizeof(Value));
  };
  record.numLayers = m_kv.numLayers;
  record.kvHeads = m_kv.kvHeads;
  record.numEntries = plan.numEntries;
  record.keep = plan.keep;
  copy(record.cut, work.cut, heads);
  if (!record.isWhole) return;
  record.weight = weightOf(plan.settings);
  const std::size_t count = heads * static_cast<std::size_t>(plan.numEntries);
  if (plan.settings.rule == SelectionRule::Scored) copy(record.attention, work.attention, count);
  copy(record.global, work.global, count);
  copy(record.pooled, work.pooled, count);
  copy(record.redundancy, work.redundancy, count);
  copy(record.kept, work.kept, heads * static_cast<std::size_t>(plan.keep));
  record.positions = positionsOf(stream, entries, work);
}

std::span<const float> CompressionPipeline::windowAttention(Stream& stream, const CompressionPlan& plan) {
  ZIPAGE_CHECK(plan.numEntries <= m_maxEntries,
               "the compression workspace is sized for the longest sequence");
  const Workspace work = layOut();
  m_device->copyToDevice(stream, work.sourceTable, plan.sourcePages.data(),
                         plan.sourcePages.size() * sizeof(PageIndex));
  scoreAttention(stream, plan, {m_kv, work.sourceTable, plan.numEntries}, work);
  const std::size_t count = static_cast<std::size_t>(m_kv.numLayers) * m_kv.kvHeads * plan.numEntries;
  m_device->copyToHost(stream, m_hostScores.data(), work.attention, count * sizeof(float));
  return {m_hostScores.data(), count};
}

void CompressionPipeline::scoreAttention(Stream& stream, const CompressionPlan& plan,
                                         const SequenceEntries& entries, const Workspace& work) {
  WindowScoresArguments window;
  window.entries = entries;
  window.window = m_window;
  window.querySlot = plan.querySlot;
  window.numRows = m_window.windowTokens;
  window.lastPosition = plan.lastPosition;
  window.scale = m_attentionScale;
  window.attention = work.attention;
  m_device->windowScores(stream, window);
}

void CompressionPipeline::score(Stream& stream, const CompressionPlan& plan, const SequenceEntries& entries,
                                const Workspace& work) {
  scoreAttention(stream, plan, entries, work);
  FuseScoresArguments fuse;
  fuse.entries = entries;
  fuse.attention = work.attention;
  fuse.numScored = plan.settings.decay > 0.0F ? plan.numScored : 0;
  fuse.decay = plan.settings.decay;
  fuse.poolKernel = plan.isFirst ? plan.settings.poolKernel : 1;
  fuse.global = work.global;
  fuse.pooled = work.pooled;
  m_device->fuseScores(stream, fuse);

  RedundancyArguments redundancy;
  redundancy.entries = entries;
  redundancy.rope = m_rope;
  redundancy.positionFree = plan.settings.positionFreeKeys;
  redundancy.segmentTokens = plan.settings.segmentTokens;
  redundancy.evenSegments = plan.settings.evenSegments;
  redundancy.similarityThreshold = plan.settings.similarityThreshold;
  redundancy.temperature = plan.settings.redundancyTemperature;
  redundancy.repeatWeight = plan.settings.repeatWeight;
  redundancy.redundancy = work.redundancy;
  m_device->redundancy(stream, redundancy);
}

void CompressionPipeline::scoreByRule(Stream& stream, const CompressionPlan& plan, const Workspace& work) {
  const int heads = m_kv.numLayers * m_kv.kvHeads;
  const std::size_t count = static_cast<std::size_t>(heads) * plan.numEntries;
  for (int head = 0; head < heads; ++head) {
    for (int j = 0; j < plan.numEntries; ++j) {
      const auto salt =
          plan.seed + static_cast<std::uint64_t>(plan.lastPosition) * 4096 + static_cast<std::uint64_t>(j);
      m_hostScores[static_cast<std::size_t>(head) * plan.numEntries + j] =
          plan.settings.rule == SelectionRule::Recent ? static_cast<float>(j) : randomScore(salt, head);
    }
  }
  m_device->copyToDevice(stream, work.pooled, m_hostScores.data(), count * sizeof(float));
  m_device->fillZero(stream, work.redundancy, count * sizeof(float));
  m_device->fillZero(stream, work.global, count * sizeof(float));
}

void CompressionPipeline::selectAndCompact(Stream& stream, const CompressionPlan& plan,
                                           const SequenceEntries& entries, const Workspace& work) {
  SelectEntriesArguments select;
  select.numLayers = m_kv.numLayers;
  select.kvHeads = m_kv.kvHeads;
  select.numEntries = plan.numEntries;
  select.pooled = work.pooled;
  select.redundancy = work.redundancy;
  select.protectedEntries = work.protectedEntries;
  select.weight = weightOf(plan.settings);
  select.keep = plan.keep;
  select.scores = work.scores;
  select.kept = work.kept;
  select.cut = work.cut;
  m_device->selectEntries(stream, select);
  // The scores have been used, and the entries have not moved yet.
  if (plan.record != nullptr) fillRecord(stream, plan, entries, work);

  CompactPagesArguments compact;
  compact.entries = entries;
  compact.targetTable = work.targetTable;
  compact.kept = work.kept;
  compact.keep = plan.keep;
  compact.global = work.global;
  compact.isAscending = plan.isAscending();
  m_device->compactPages(stream, compact);
}

}  // namespace zipage
