// The device every machine has. Ops run at once on the calling thread and the thread team of the stream; a
// stream owns its team and its scratch, so two threads may use two streams.
#pragma once

#include "kernels/device.h"

namespace zipage {

class CpuDevice : public Device {
 public:
  /// `numThreads` 0: all cores this process may use. `whyNoGpu`: where it stands in for one.
  explicit CpuDevice(int numThreads, const std::string& whyNoGpu = {});

  const DeviceInfo& info() const override { return m_info; }
  std::unique_ptr<Stream> createStream(StreamPriority priority) override;
  DeviceResult<DeviceBuffer> allocate(std::size_t bytes) override;
  DeviceResult<DeviceBuffer> allocateHost(std::size_t bytes) override { return allocate(bytes); }
  DeviceResult<DeviceWeight> loadWeight(ConstTensorView host) override;
  void copyToDevice(Stream& stream, void* device, const void* host, std::size_t bytes) override;
  void copyToHost(Stream& stream, void* host, const void* device, std::size_t bytes) override;
  void copyOnDevice(Stream& stream, void* to, const void* from, std::size_t bytes) override;
  void fillZero(Stream& stream, void* device, std::size_t bytes) override;
  DeviceResult<void> synchronize(Stream& stream) override;
  std::unique_ptr<Mark> createMark() override { return std::make_unique<Mark>(); }
  void place(Stream&, Mark&) override {}
  DeviceResult<void> waitFor(Stream&, Mark&) override { return {}; }
  std::unique_ptr<Recording> record(Stream&, const std::function<void()>&) override { return nullptr; }
  bool replay(Stream&, Recording&) override { return false; }

  void followDrawn(Stream&, const FollowDrawnArguments& arguments) override;
  void embed(Stream&, const EmbedArguments& arguments) override;
  void rmsNorm(Stream&, const RmsNormArguments& arguments) override;
  void matmul(Stream&, const MatmulArguments& arguments) override;
  void normedMatmul(Stream&, const RmsNormArguments& norm,
                    std::span<const MatmulArguments> products) override;
  void gatedMatmul(Stream&, const GatedMatmulArguments& arguments) override;
  void storeKeyValue(Stream&, const StoreKeyValueArguments& arguments) override;
  void pagedAttention(Stream&, const PagedAttentionArguments& arguments) override;
  void siluMultiply(Stream&, const SiluMultiplyArguments& arguments) override;
  void routeExperts(Stream&, const RouteExpertsArguments& arguments) override;
  void mixExperts(Stream&, const MixExpertsArguments& arguments) override;
  void gatherRows(Stream&, const GatherRowsArguments& arguments) override;
  void sample(Stream&, const SampleArguments& arguments) override;
  void rankTokens(Stream&, const RankTokensArguments& arguments) override;
  void windowScores(Stream&, const WindowScoresArguments& arguments) override;
  void gatherPositions(Stream&, const GatherPositionsArguments& arguments) override;
  void fuseScores(Stream&, const FuseScoresArguments& arguments) override;
  void redundancy(Stream&, const RedundancyArguments& arguments) override;
  void selectEntries(Stream&, const SelectEntriesArguments& arguments) override;
  void compactPages(Stream&, const CompactPagesArguments& arguments) override;

 private:
  int m_numThreads;
  DeviceInfo m_info;
};

}  // namespace zipage
