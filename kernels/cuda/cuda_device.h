// The Device of one NVIDIA GPU. Ops are enqueued on CUDA streams; weights lie in GPU memory, repacked where
// that makes them faster to read.
#pragma once

#include <memory>

#include "kernels/device.h"

namespace zipage {

class CudaDevice final : public Device {
 public:
  /// GPU number 0. An error says what is missing. `isExact`: every product in float32.
  static DeviceResult<std::unique_ptr<Device>> open(bool isExact);

  const DeviceInfo& info() const override { return m_info; }
  std::unique_ptr<Stream> createStream(StreamPriority priority) override;
  DeviceResult<DeviceBuffer> allocate(std::size_t bytes) override;
  DeviceResult<DeviceBuffer> allocateHost(std::size_t bytes) override;
  DeviceResult<DeviceWeight> loadWeight(ConstTensorView host) override;
  void copyToDevice(Stream& stream, void* device, const void* host, std::size_t bytes) override;
  void copyToHost(Stream& stream, void* host, const void* device, std::size_t bytes) override;
  void copyOnDevice(Stream& stream, void* to, const void* from, std::size_t bytes) override;
  void fillZero(Stream& stream, void* device, std::size_t bytes) override;
  DeviceResult<void> synchronize(Stream& stream) override;
  std::unique_ptr<Mark> createMark() override;
  void place(Stream& stream, Mark& mark) override;
  DeviceResult<void> waitFor(Stream& stream, Mark& mark) override;
  std::unique_ptr<Recording> record(Stream& stream, const std::function<void()>& enqueue) override;
  bool replay(Stream& stream, Recording& recording) override;

  void followDrawn(Stream& stream, const FollowDrawnArguments& arguments) override;
  void embed(Stream& stream, const EmbedArguments& arguments) override;
  void rmsNorm(Stream& stream, const RmsNormArguments& arguments) override;
  void matmul(Stream& stream, const MatmulArguments& arguments) override;
  void normedMatmul(Stream& stream, const RmsNormArguments& norm,
                    std::span<const MatmulArguments> products) override;
  void gatedMatmul(Stream& stream, const GatedMatmulArguments& arguments) override;
  void storeKeyValue(Stream& stream, const StoreKeyValueArguments& arguments) override;
  void pagedAttention(Stream& stream, const PagedAttentionArguments& arguments) override;
  void siluMultiply(Stream& stream, const SiluMultiplyArguments& arguments) override;
  void routeExperts(Stream& stream, const RouteExpertsArguments& arguments) override;
  void mixExperts(Stream& stream, const MixExpertsArguments& arguments) override;
  void gatherRows(Stream& stream, const GatherRowsArguments& arguments) override;
  void sample(Stream& stream, const SampleArguments& arguments) override;
  void rankTokens(Stream& stream, const RankTokensArguments& arguments) override;
  void windowScores(Stream& stream, const WindowScoresArguments& arguments) override;
  void gatherPositions(Stream& stream, const GatherPositionsArguments& arguments) override;
  void fuseScores(Stream& stream, const FuseScoresArguments& arguments) override;
  void redundancy(Stream& stream, const RedundancyArguments& arguments) override;
  void selectEntries(Stream& stream, const SelectEntriesArguments& arguments) override;
  void compactPages(Stream& stream, const CompactPagesArguments& arguments) override;

 private:
  CudaDevice() = default;

  DeviceInfo m_info;
  int m_numProcessors = 0;
  bool m_isExact = false;
  bool m_chainsLaunches = false;
};

}  // namespace zipage
