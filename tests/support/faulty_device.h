// The CPU device with faults at chosen moments: memory that is refused, a kernel that fails, a device that is
// lost. Weights are copied, as a GPU's are, so that loading them takes memory. What it gave out and what has
// not come back is counted.
#pragma once

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "kernels/device_registry.h"

namespace zipage::test {

/// Moments are counted from 0 over the life of the device. −1: never.
struct Faults {
  int refusedAllocation = -1;  // this allocation, weights included
  int failedSynchronize = -1;  // this synchronize() or waitFor()
  int lostSynchronize = -1;    // from this one on everything fails
  bool refusesSwaps = false;   // host memory, once there are steps
};

/// How far a device has come; outlives it.
struct FaultCounts {
  std::atomic<int> allocations{0};
  std::atomic<int> synchronizes{0};
  std::atomic<bool> hasFailed{false};
  std::atomic<bool> isLost{false};
};

inline constexpr int kSynchronizesOfLoading = 1;
inline constexpr const char* kRefused = "no memory for what was asked";
inline constexpr const char* kKernelFailed = "a kernel failed";
inline constexpr const char* kDeviceLost = "the device is gone";

class FaultyDevice final : public Device {
 public:
  explicit FaultyDevice(const Faults& faults,
                        std::shared_ptr<FaultCounts> counts = std::make_shared<FaultCounts>())
      : m_faults(faults), m_counts(std::move(counts)), m_device(*openDevice("cpu", {.numThreads = 1})) {
    m_info = m_device->info();
    m_info.name = "faulty";
    m_info.description = "a device with faults";
  }

  /// Stretches of memory that somebody still holds, of all devices.
  static int numHeld() { return held(); }

  const DeviceInfo& info() const override { return m_info; }
  std::unique_ptr<Stream> createStream(StreamPriority priority) override {
    return m_device->createStream(priority);
  }

  DeviceResult<DeviceBuffer> allocate(std::size_t bytes) override {
    const int number = m_counts->allocations++;
    if (m_counts->isLost) return tl::unexpected(DeviceError{kDeviceLost, true});
    if (number == m_faults.refusedAllocation) {
      m_counts->hasFailed = true;
      return tl::unexpected(DeviceError{kRefused, false});
    }
    constexpr std::size_t kAlignment = 64;
    void* data = std::aligned_alloc(kAlignment, (bytes / kAlignment + 1) * kAlignment);
    if (data == nullptr) std::abort();
    ++held();
    return DeviceBuffer(data, bytes, [](void* memory, std::size_t) {
      std::free(memory);
      --held();
    });
  }

  DeviceResult<DeviceBuffer> allocateHost(std::size_t bytes) override {
    if (m_faults.refusesSwaps && m_counts->synchronizes > kSynchronizesOfLoading)
      return tl::unexpected(DeviceError{kRefused, false});
    return allocate(bytes);
  }

  DeviceResult<DeviceWeight> loadWeight(ConstTensorView host) override {
    DeviceWeight weight{host, {}};
    if (!host) return weight;
    auto storage = allocate(host.bytes());
    if (!storage) return tl::unexpected(storage.error());
    std::memcpy(storage->data(), host.data, host.bytes());
    weight.storage = std::move(*storage);
    weight.view.data = weight.storage.data();
    return weight;
  }

  DeviceResult<void> synchronize(Stream& stream) override {
    if (auto fault = nextFault(); !fault) return fault;
    return m_device->synchronize(stream);
  }
  std::unique_ptr<Mark> createMark() override { return m_device->createMark(); }
  void place(Stream& stream, Mark& mark) override { m_device->place(stream, mark); }
  DeviceResult<void> waitFor(Stream& stream, Mark& mark) override {
    if (auto fault = nextFault(); !fault) return fault;
    return m_device->waitFor(stream, mark);
  }

  std::unique_ptr<Recording> record(Stream&, const std::function<void()>&) override { return nullptr; }
  bool replay(Stream&, Recording&) override { return false; }

  // What is enqueued on a device that is lost never happens.
  void copyToDevice(Stream& stream, void* device, const void* host, std::size_t bytes) override {
    if (!m_counts->isLost) m_device->copyToDevice(stream, device, host, bytes);
  }
  void copyToHost(Stream& stream, void* host, const void* device, std::size_t bytes) override {
    if (!m_counts->isLost) m_device->copyToHost(stream, host, device, bytes);
  }
  void copyOnDevice(Stream& stream, void* to, const void* from, std::size_t bytes) override {
    if (!m_counts->isLost) m_device->copyOnDevice(stream, to, from, bytes);
  }
  void fillZero(Stream& stream, void* device, std::size_t bytes) override {
    if (!m_counts->isLost) m_device->fillZero(stream, device, bytes);
  }
  void followDrawn(Stream& s, const FollowDrawnArguments& a) override { run(&Device::followDrawn, s, a); }
  void embed(Stream& s, const EmbedArguments& a) override { run(&Device::embed, s, a); }
  void rmsNorm(Stream& s, const RmsNormArguments& a) override { run(&Device::rmsNorm, s, a); }
  void matmul(Stream& s, const MatmulArguments& a) override { run(&Device::matmul, s, a); }
  void normedMatmul(Stream& s, const RmsNormArguments& norm,
                    std::span<const MatmulArguments> products) override {
    if (!m_counts->isLost) m_device->normedMatmul(s, norm, products);
  }
  void gatedMatmul(Stream& s, const GatedMatmulArguments& a) override { run(&Device::gatedMatmul, s, a); }
  void storeKeyValue(Stream& s, const StoreKeyValueArguments& a) override {
    run(&Device::storeKeyValue, s, a);
  }
  void pagedAttention(Stream& s, const PagedAttentionArguments& a) override {
    run(&Device::pagedAttention, s, a);
  }
  void siluMultiply(Stream& s, const SiluMultiplyArguments& a) override { run(&Device::siluMultiply, s, a); }
  void routeExperts(Stream& s, const RouteExpertsArguments& a) override { run(&Device::routeExperts, s, a); }
  void mixExperts(Stream& s, const MixExpertsArguments& a) override { run(&Device::mixExperts, s, a); }
  void gatherRows(Stream& s, const GatherRowsArguments& a) override { run(&Device::gatherRows, s, a); }
  void sample(Stream& s, const SampleArguments& a) override { run(&Device::sample, s, a); }
  void rankTokens(Stream& s, const RankTokensArguments& a) override { run(&Device::rankTokens, s, a); }
  void windowScores(Stream& s, const WindowScoresArguments& a) override { run(&Device::windowScores, s, a); }
  void gatherPositions(Stream& s, const GatherPositionsArguments& a) override {
    run(&Device::gatherPositions, s, a);
  }
  void fuseScores(Stream& s, const FuseScoresArguments& a) override { run(&Device::fuseScores, s, a); }
  void redundancy(Stream& s, const RedundancyArguments& a) override { run(&Device::redundancy, s, a); }
  void selectEntries(Stream& s, const SelectEntriesArguments& a) override {
    run(&Device::selectEntries, s, a);
  }
  void compactPages(Stream& s, const CompactPagesArguments& a) override { run(&Device::compactPages, s, a); }

 private:
  static std::atomic<int>& held() {
    static std::atomic<int> count{0};
    return count;
  }

  DeviceResult<void> nextFault() {
    const int number = m_counts->synchronizes++;
    if (number == m_faults.lostSynchronize) m_counts->isLost = m_counts->hasFailed = true;
    if (m_counts->isLost) return tl::unexpected(DeviceError{kDeviceLost, true});
    if (number != m_faults.failedSynchronize) return {};
    m_counts->hasFailed = true;
    return tl::unexpected(DeviceError{kKernelFailed, false});
  }

  template <typename Arguments>
  void run(void (Device::*op)(Stream&, const Arguments&), Stream& stream, const Arguments& arguments) {
    if (!m_counts->isLost) ((*m_device).*op)(stream, arguments);
  }

  Faults m_faults;
  std::shared_ptr<FaultCounts> m_counts;
  std::unique_ptr<Device> m_device;
  DeviceInfo m_info;
};

}  // namespace zipage::test
