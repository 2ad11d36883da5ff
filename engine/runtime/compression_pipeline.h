// Runs planned compressions on a device: attention of the window, running score, redundancy, selection,
// compaction. Owns the workspace; allocates nothing after create().
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/cache/compression_plan.h"
#include "kernels/device.h"

namespace zipage {

class CompressionPipeline {
 public:
  /// `maxEntries`: of the longest sequence that will be compressed. `device` outlives the pipeline.
  static Result<CompressionPipeline> create(Device& device, const PagedKv& kv, const QueryWindow& window,
                                            const Rope& rope, float attentionScale, int maxEntries);

  /// Enqueues one compression. REQUIRES: plan.numEntries <= maxEntries.
  void run(Stream& stream, const CompressionPlan& plan);
  /// Enqueues the attention score alone: [layer · kvHead, numEntries], in host memory after the next
  /// synchronize(), until the next call. REQUIRES: plan.numEntries <= maxEntries.
  std::span<const float> windowAttention(Stream& stream, const CompressionPlan& plan);
  std::size_t workspaceBytes() const { return m_workspace.bytes(); }
  /// Of all layers' KV heads together.
  static std::size_t bytesFor(int heads, int maxEntries);

 private:
  explicit CompressionPipeline(Device& device) : m_device(&device) {}

  struct Workspace {
    float* attention;                // [L, G, n]
    float* global;                   // [L, G, n]
    float* pooled;                   // [L, G, n]
    float* redundancy;               // [L, G, n]
    float* scores;                   // [L, G, n]
    float* cut;                      // [L, G]
    std::int32_t* kept;              // [L, G, keep]
    std::int32_t* sourceTable;       // [pages]
    std::int32_t* targetTable;       // [pages]
    std::uint8_t* protectedEntries;  // [n]
  };

  Workspace layOut() const;
  void scoreAttention(Stream& stream, const CompressionPlan& plan, const SequenceEntries& entries,
                      const Workspace& work);
  void score(Stream& stream, const CompressionPlan& plan, const SequenceEntries& entries,
             const Workspace& work);
  /// Before the selection: no score is as good as that of a pinned token. Waits for the device.
  void raisePinned(Stream& stream, const CompressionPlan& plan, const SequenceEntries& entries,
                   const Workspace& work);
  void fillRecord(Stream& stream, const CompressionPlan& plan, const SequenceEntries& entries,
                  const Workspace& work);
  /// [L, G, n], there after the next synchronize(). Overwrites the workspace's scores.
  std::vector<std::int32_t> positionsOf(Stream& stream, const SequenceEntries& entries,
                                        const Workspace& work);
  void scoreByRule(Stream& stream, const CompressionPlan& plan, const Workspace& work);
  void selectAndCompact(Stream& stream, const CompressionPlan& plan, const SequenceEntries& entries,
                        const Workspace& work);

  Device* m_device;
  PagedKv m_kv;
  QueryWindow m_window;
  Rope m_rope;
  float m_attentionScale = 1.0F;
  int m_maxEntries = 0;
  DeviceBuffer m_workspace;
  std::vector<float>
      m_hostScores;  // on their way to the device (rules, pins) or back (windowAttention(), pins)
};

}  // namespace zipage
