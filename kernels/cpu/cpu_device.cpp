#include "kernels/cpu/cpu_device.h"

#include <hwy/highway.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "kernels/cpu/cpu_context.h"
#include "kernels/cpu/ops.h"

namespace zipage {

namespace {

constexpr std::size_t kAlignment = 64;

int allowedCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

std::string processorName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "CPU";
}

std::string vectorName() {
  const auto targets = hwy::SupportedTargets();
#if HWY_ARCH_X86
  return (targets & HWY_AVX3) != 0 ? "AVX-512" : (targets & HWY_AVX2) != 0 ? "AVX2" : "SSE4";
#else
  return hwy::TargetName(targets & -targets);  // the lowest bit is the best target
#endif
}

std::size_t memoryBytes() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long pageSize = sysconf(_SC_PAGE_SIZE);
  return pages > 0 && pageSize > 0 ? static_cast<std::size_t>(pages) * static_cast<std::size_t>(pageSize) : 0;
}

/// Scratch and threads belong to the stream: two threads may use two streams of one device.
class CpuStream final : public Stream {
 public:
  explicit CpuStream(int numThreads) : context(numThreads) {}

  CpuContext context;
};

CpuContext& contextOf(Stream& stream) { return static_cast<CpuStream&>(stream).context; }

}  // namespace

CpuDevice::CpuDevice(int numThreads, const std::string& whyNoGpu)
    : m_numThreads(numThreads > 0 ? numThreads : allowedCores()) {
  m_info.name = "cpu";
  const int threads = m_numThreads;
  m_info.description = processorName() + ", " + std::to_string(threads) +
                       (threads == 1 ? " thread, " : " threads, ") + vectorName();
  m_info.arithmetic = "cpu " + vectorName() + ", inputs of large blocks rounded to 14 bits";
  m_info.memoryBytes = memoryBytes();
  m_info.activationType = DataType::F32;
  m_info.whyNoGpu = whyNoGpu;
}

std::unique_ptr<Stream> CpuDevice::createStream(StreamPriority) {
  return std::make_unique<CpuStream>(m_numThreads);
}

DeviceResult<DeviceBuffer> CpuDevice::allocate(std::size_t bytes) {
  const std::size_t rounded = (std::max<std::size_t>(bytes, 1) + kAlignment - 1) / kAlignment * kAlignment;
  void* data = rounded < bytes ? nullptr : std::aligned_alloc(kAlignment, rounded);
  if (data == nullptr) {
    return tl::unexpected(DeviceError{"no memory for " + std::to_string(bytes) + " bytes", false});
  }
  return DeviceBuffer(data, bytes, [](void* memory, std::size_t) { std::free(memory); });
}

DeviceResult<DeviceWeight> CpuDevice::loadWeight(ConstTensorView host) { return DeviceWeight{host, {}}; }

void CpuDevice::copyToDevice(Stream&, void* device, const void* host, std::size_t bytes) {
  if (bytes > 0) std::memcpy(device, host, bytes);  // of no bytes, the pointers may be null
}
void CpuDevice::copyToHost(Stream&, void* host, const void* device, std::size_t bytes) {
  if (bytes > 0) std::memcpy(host, device, bytes);
}
void CpuDevice::copyOnDevice(Stream& stream, void* to, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  CpuContext& context = contextOf(stream);
  // One stretch for each thread: the longer a stretch, the sooner a copy stops filling the caches.
  const auto numParts = static_cast<std::size_t>(context.numThreads());
  const std::size_t part = (bytes + numParts - 1) / numParts;
  context.parallelFor(static_cast<std::int64_t>(numParts), static_cast<std::int64_t>(bytes / 16),
                      [&](std::int64_t index, int) {
                        const std::size_t start = std::min(bytes, static_cast<std::size_t>(index) * part);
                        std::memcpy(static_cast<std::byte*>(to) + start,
                                    static_cast<const std::byte*>(from) + start,
                                    std::min(part, bytes - start));
                      });
}
void CpuDevice::fillZero(Stream&, void* device, std::size_t bytes) {
  if (bytes > 0) std::memset(device, 0, bytes);
}
DeviceResult<void> CpuDevice::synchronize(Stream&) { return {}; }

void CpuDevice::followDrawn(Stream& stream, const FollowDrawnArguments& a) {
  cpu::followDrawn(contextOf(stream), a);
}
void CpuDevice::embed(Stream& stream, const EmbedArguments& a) { cpu::embed(contextOf(stream), a); }
void CpuDevice::rmsNorm(Stream& stream, const RmsNormArguments& a) { cpu::rmsNorm(contextOf(stream), a); }
void CpuDevice::matmul(Stream& stream, const MatmulArguments& a) { cpu::matmul(contextOf(stream), a); }
void CpuDevice::normedMatmul(Stream& stream, const RmsNormArguments& norm,
                             std::span<const MatmulArguments> products) {
  rmsNorm(stream, norm);
  for (const MatmulArguments& each : products) matmul(stream, each);
}
void CpuDevice::gatedMatmul(Stream& stream, const GatedMatmulArguments& a) {
  rmsNorm(stream, a.norm);
  matmul(stream, {a.norm.output, a.gateWeight, a.gateBias, a.gate});
  matmul(stream, {a.norm.output, a.upWeight, a.upBias, a.up});
  siluMultiply(stream, {a.gate, a.up, a.gate});
}
void CpuDevice::storeKeyValue(Stream& stream, const StoreKeyValueArguments& a) {
  cpu::storeKeyValue(contextOf(stream), a);
}
void CpuDevice::pagedAttention(Stream& stream, const PagedAttentionArguments& a) {
  cpu::pagedAttention(contextOf(stream), a);
}
void CpuDevice::siluMultiply(Stream& stream, const SiluMultiplyArguments& a) {
  cpu::siluMultiply(contextOf(stream), a);
}
void CpuDevice::routeExperts(Stream& stream, const RouteExpertsArguments& a) {
  cpu::routeExperts(contextOf(stream), a);
}
void CpuDevice::mixExperts(Stream& stream, const MixExpertsArguments& a) {
  cpu::mixExperts(contextOf(stream), a);
}
void CpuDevice::gatherRows(Stream& stream, const GatherRowsArguments& a) {
  cpu::gatherRows(contextOf(stream), a);
}
void CpuDevice::sample(Stream& stream, const SampleArguments& a) { cpu::sample(contextOf(stream), a); }
void CpuDevice::rankTokens(Stream& stream, const RankTokensArguments& a) {
  cpu::rankTokens(contextOf(stream), a);
}
void CpuDevice::windowScores(Stream& stream, const WindowScoresArguments& a) {
  cpu::windowScores(contextOf(stream), a);
}
void CpuDevice::gatherPositions(Stream& stream, const GatherPositionsArguments& a) {
  cpu::gatherPositions(contextOf(stream), a);
}
void CpuDevice::fuseScores(Stream& stream, const FuseScoresArguments& a) {
  cpu::fuseScores(contextOf(stream), a);
}
void CpuDevice::redundancy(Stream& stream, const RedundancyArguments& a) {
  cpu::redundancy(contextOf(stream), a);
}
void CpuDevice::selectEntries(Stream& stream, const SelectEntriesArguments& a) {
  cpu::selectEntries(contextOf(stream), a);
}
void CpuDevice::compactPages(Stream& stream, const CompactPagesArguments& a) {
  cpu::compactPages(contextOf(stream), a);
}

}  // namespace zipage
