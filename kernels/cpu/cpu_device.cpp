#include "kernels/cpu/cpu_device.h"

#include <hwy/highway.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>

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
  return hwy::TargetName(targets & -targets);  // the lowest bit is the best target
}

std::size_t memoryBytes() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long pageSize = sysconf(_SC_PAGE_SIZE);
  return pages > 0 && pageSize > 0 ? static_cast<std::size_t>(pages) * static_cast<std::size_t>(pageSize) : 0;
}

}  // namespace

CpuDevice::CpuDevice(int numThreads) : m_context(numThreads > 0 ? numThreads : allowedCores()) {
  m_info.name = "cpu";
  const int threads = m_context.numThreads();
  m_info.description = processorName() + ", " + std::to_string(threads) +
                       (threads == 1 ? " thread, " : " threads, ") + vectorName();
  m_info.memoryBytes = memoryBytes();
  m_info.activationType = DataType::F32;
}

std::unique_ptr<Stream> CpuDevice::createStream() { return std::make_unique<Stream>(); }

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
  std::memcpy(device, host, bytes);
}
void CpuDevice::copyToHost(Stream&, void* host, const void* device, std::size_t bytes) {
  std::memcpy(host, device, bytes);
}
void CpuDevice::fillZero(Stream&, void* device, std::size_t bytes) { std::memset(device, 0, bytes); }
DeviceResult<void> CpuDevice::synchronize(Stream&) { return {}; }

void CpuDevice::embed(Stream&, const EmbedArguments& a) { cpu::embed(m_context, a); }
void CpuDevice::rmsNorm(Stream&, const RmsNormArguments& a) { cpu::rmsNorm(m_context, a); }
void CpuDevice::matmul(Stream&, const MatmulArguments& a) { cpu::matmul(m_context, a); }
void CpuDevice::storeKeyValue(Stream&, const StoreKeyValueArguments& a) { cpu::storeKeyValue(m_context, a); }
void CpuDevice::pagedAttention(Stream&, const PagedAttentionArguments& a) {
  cpu::pagedAttention(m_context, a);
}
void CpuDevice::siluMultiply(Stream&, const SiluMultiplyArguments& a) { cpu::siluMultiply(m_context, a); }
void CpuDevice::gatherRows(Stream&, const GatherRowsArguments& a) { cpu::gatherRows(m_context, a); }
void CpuDevice::sample(Stream&, const SampleArguments& a) { cpu::sample(m_context, a); }
void CpuDevice::windowScores(Stream&, const WindowScoresArguments& a) { cpu::windowScores(m_context, a); }
void CpuDevice::fuseScores(Stream&, const FuseScoresArguments& a) { cpu::fuseScores(m_context, a); }
void CpuDevice::redundancy(Stream&, const RedundancyArguments& a) { cpu::redundancy(m_context, a); }
void CpuDevice::selectEntries(Stream&, const SelectEntriesArguments& a) { cpu::selectEntries(m_context, a); }
void CpuDevice::compactPages(Stream&, const CompactPagesArguments& a) { cpu::compactPages(m_context, a); }

}  // namespace zipage
