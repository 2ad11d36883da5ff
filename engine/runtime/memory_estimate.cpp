#include "engine/runtime/memory_estimate.h"

#include <algorithm>

#include "engine/model/transformer.h"
#include "engine/runtime/compression_pipeline.h"
#include "engine/runtime/step_block.h"

namespace zipage {

Result<MemoryEstimate> estimateMemory(const ModelConfig& config, const PoolOptions& options,
                                      DataType activationType) {
  const KvLayout layout = layoutFor(config, options);
  const auto numPages = layout.numPages(options.poolTokens);
  if (!numPages) return tl::unexpected(numPages.error());
  // 0: as many as suit the device, which nobody has asked yet.
  const int stepTokens = options.maxBatchTokens > 0 ? options.maxBatchTokens : DeviceInfo{}.stepTokens;
  const int maxTokens = std::max(stepTokens, options.maxSequences);
  const int heads = config.numLayers * config.kvHeads;

  MemoryEstimate estimate;
  estimate.bytesPerToken = layout.bytesPerPage() / static_cast<std::size_t>(options.pageTokens);
  estimate.bytesPerQueryWindow = layout.bytesPerQuerySlot();
  estimate.poolBytes = static_cast<std::size_t>(*numPages) * layout.bytesPerPage() +
                       static_cast<std::size_t>(options.maxQuerySlots) * layout.bytesPerQuerySlot();
  estimate.workspaceBytes =
      Transformer::workspaceBytes(config, activationType, maxTokens, options.maxSequences) +
      StepBlock::bytesFor({maxTokens, options.maxSequences, *numPages}) +
      CompressionPipeline::bytesFor(heads, maxCompressedEntries(options, *numPages));
  return estimate;
}

}  // namespace zipage
