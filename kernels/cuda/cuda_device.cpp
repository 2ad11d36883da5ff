#include "kernels/cuda/cuda_device.h"

#include <cuda_runtime_api.h>

#include <algorithm>

#include "kernels/cuda/ops.h"

namespace zipage {

namespace {

using cuda::CudaContext;

constexpr int kLeastCapability = 8;

class CudaStream final : public Stream {
 public:
  CudaStream(cudaStream_t stream, int numProcessors, bool isExact, bool chainsLaunches)
      : context(stream, numProcessors, isExact, chainsLaunches) {}

  CudaContext context;
};

class CudaMark final : public Mark {
 public:
  CudaMark() { cudaEventCreateWithFlags(&event, cudaEventDisableTiming); }
  ~CudaMark() override { cudaEventDestroy(event); }

  cudaEvent_t event = nullptr;
};

/// A graph of kernels, with the memory that they were given.
class CudaRecording final : public Recording {
 public:
  CudaRecording(cudaGraphExec_t graph, int generation) : m_graph(graph), m_generation(generation) {}
  ~CudaRecording() override { cudaGraphExecDestroy(m_graph); }

  cudaGraphExec_t graph() const { return m_graph; }
  int generation() const { return m_generation; }

 private:
  cudaGraphExec_t m_graph;
  int m_generation;
};

CudaContext& contextOf(Stream& stream) { return static_cast<CudaStream&>(stream).context; }

/// Errors after which every call fails: the program must start anew to use the GPU again.
bool isLost(cudaError_t error) {
  return error != cudaErrorMemoryAllocation && error != cudaErrorInvalidValue &&
         error != cudaErrorNotSupported && error != cudaErrorInvalidConfiguration;
}

DeviceError errorOf(cudaError_t error, const std::string& what) {
  return {what + ": " + cudaGetErrorString(error), isLost(error)};
}

/// Of waiting, and of everything enqueued since the last time.
DeviceResult<void> outcomeOf(CudaContext& context, cudaError_t waited) {
  context.remember(waited);
  if (const cudaError_t error = context.takeError(); error != cudaSuccess)
    return tl::unexpected(errorOf(error, "the GPU failed"));
  return {};
}

std::string whyNoDriver(cudaError_t error) {
  int version = 0;
  if (cudaDriverGetVersion(&version) == cudaSuccess && version == 0)
    return "there is no NVIDIA driver; where there is an NVIDIA GPU, install one";
  if (error == cudaErrorInsufficientDriver)
    return "the NVIDIA driver is older than this program needs; install one for CUDA " +
           std::to_string(CUDART_VERSION / 1000) + " or later";
  return std::string("the NVIDIA driver cannot be used: ") + cudaGetErrorString(error);
}

std::string inGibibytes(std::size_t bytes) {
  const std::size_t tenths = bytes * 10 >> 30;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GiB";
}

}  // namespace

DeviceResult<std::unique_ptr<Device>> CudaDevice::open(bool isExact) {
  int count = 0;
  if (const cudaError_t error = cudaGetDeviceCount(&count); error != cudaSuccess) {
    cudaGetLastError();
    return tl::unexpected(DeviceError{whyNoDriver(error)});
  }
  if (count == 0) return tl::unexpected(DeviceError{"there is no NVIDIA GPU"});
  cudaDeviceProp properties{};
  if (const cudaError_t error = cudaGetDeviceProperties(&properties, 0); error != cudaSuccess)
    return tl::unexpected(errorOf(error, "the GPU does not answer"));
  if (properties.major < kLeastCapability)
    return tl::unexpected(
        DeviceError{std::string(properties.name) + " is too old: it has compute capability " +
                    std::to_string(properties.major) + "." + std::to_string(properties.minor) + ", and " +
                    std::to_string(kLeastCapability) + ".0 is needed"});
  std::unique_ptr<CudaDevice> device(new CudaDevice);
  device->m_isExact = isExact;
  device->m_numProcessors = properties.multiProcessorCount;
  device->m_info.name = "cuda";
  device->m_info.description = std::string(properties.name) + ", " + inGibibytes(properties.totalGlobalMem) +
                               (isExact ? ", float32 products" : "");
  device->m_info.arithmetic = "cuda " + std::string(properties.name) + (isExact ? " float32" : " bfloat16");
  device->m_info.memoryBytes = properties.totalGlobalMem;
  device->m_chainsLaunches = properties.major >= 9;
  device->m_info.activationType = isExact ? DataType::F32 : DataType::BF16;
  device->m_info.isAsynchronous = true;
  device->m_info.stepTokens = 2048;
  device->m_info.kvType = DataType::F16;  // half the bytes of each step, and finer than BF16
  // Kernels for another architecture show here, not in the middle of a reply.
  const auto stream = device->createStream(StreamPriority::Normal);
  const auto probe = device->allocate(sizeof(float));
  if (!probe) return tl::unexpected(probe.error());
  device->fillZero(*stream, probe->data(), sizeof(float));
  const TensorView number{probe->data(), DataType::F32, 1, 1};
  device->siluMultiply(*stream, {number, number, number});
  if (auto done = device->synchronize(*stream); !done) return tl::unexpected(done.error());
  return device;
}

std::unique_ptr<Stream> CudaDevice::createStream(StreamPriority priority) {
  int lowest = 0;
  int highest = 0;
  cudaDeviceGetStreamPriorityRange(&lowest, &highest);
  cudaStream_t stream = nullptr;
  const cudaError_t error = cudaStreamCreateWithPriority(
      &stream, cudaStreamNonBlocking, priority == StreamPriority::Background ? lowest : highest);
  auto made = std::make_unique<CudaStream>(stream, m_numProcessors, m_isExact, m_chainsLaunches);
  made->context.remember(error);
  return made;
}

DeviceResult<DeviceBuffer> CudaDevice::allocate(std::size_t bytes) {
  void* data = nullptr;
  const cudaError_t error = cudaMalloc(&data, std::max<std::size_t>(bytes, 1));
  if (error != cudaSuccess) {
    cudaGetLastError();
    std::size_t free = 0;
    std::size_t total = 0;
    cudaMemGetInfo(&free, &total);
    return tl::unexpected(DeviceError{"no GPU memory for " + inGibibytes(bytes) + " (" + inGibibytes(free) +
                                          " of " + inGibibytes(total) + " are free)",
                                      isLost(error)});
  }
  return DeviceBuffer(data, bytes, [](void* memory, std::size_t) { cudaFree(memory); });
}

DeviceResult<DeviceBuffer> CudaDevice::allocateHost(std::size_t bytes) {
  void* data = nullptr;
  if (const cudaError_t error = cudaMallocHost(&data, std::max<std::size_t>(bytes, 1));
      error != cudaSuccess) {
    cudaGetLastError();
    return tl::unexpected(errorOf(error, "no page-locked memory for " + inGibibytes(bytes)));
  }
  return DeviceBuffer(data, bytes, [](void* memory, std::size_t) { cudaFreeHost(memory); });
}

DeviceResult<DeviceWeight> CudaDevice::loadWeight(ConstTensorView host) {
  DeviceWeight weight{host, {}};
  if (!host) return weight;
  auto storage = allocate(cuda::weightBytes(host));
  if (!storage) return tl::unexpected(storage.error());
  weight.storage = std::move(*storage);
  weight.view.data = weight.storage.data();
  const auto stream = createStream(StreamPriority::Normal);
  if (!cuda::isRepacked(host.type)) {
    copyToDevice(*stream, weight.storage.data(), host.data, host.bytes());
  } else {
    auto stored = allocate(host.bytes());
    if (!stored) return tl::unexpected(stored.error());
    copyToDevice(*stream, stored->data(), host.data, host.bytes());
    cuda::repackWeight(contextOf(*stream), {stored->data(), host.type, host.rows, host.columns},
                       weight.storage.data());
    if (auto done = synchronize(*stream); !done) return tl::unexpected(done.error());
  }
  if (auto done = synchronize(*stream); !done) return tl::unexpected(done.error());
  return weight;
}

void CudaDevice::copyToDevice(Stream& stream, void* device, const void* host, std::size_t bytes) {
  if (bytes == 0) return;
  CudaContext& context = contextOf(stream);
  if (cuda::copySmall(context, device, host, bytes, host)) return;
  context.remember(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, context.stream()));
}
void CudaDevice::copyToHost(Stream& stream, void* host, const void* device, std::size_t bytes) {
  if (bytes == 0) return;
  CudaContext& context = contextOf(stream);
  if (cuda::copySmall(context, host, device, bytes, host)) return;
  context.remember(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, context.stream()));
}
void CudaDevice::copyOnDevice(Stream& stream, void* to, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  CudaContext& context = contextOf(stream);
  context.remember(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, context.stream()));
}
void CudaDevice::fillZero(Stream& stream, void* device, std::size_t bytes) {
  if (bytes == 0) return;
  CudaContext& context = contextOf(stream);
  context.remember(cudaMemsetAsync(device, 0, bytes, context.stream()));
}

DeviceResult<void> CudaDevice::synchronize(Stream& stream) {
  CudaContext& context = contextOf(stream);
  return outcomeOf(context, cudaStreamSynchronize(context.stream()));
}

std::unique_ptr<Mark> CudaDevice::createMark() { return std::make_unique<CudaMark>(); }

void CudaDevice::place(Stream& stream, Mark& mark) {
  CudaContext& context = contextOf(stream);
  context.remember(cudaEventRecord(static_cast<CudaMark&>(mark).event, context.stream()));
}

DeviceResult<void> CudaDevice::waitFor(Stream& stream, Mark& mark) {
  return outcomeOf(contextOf(stream), cudaEventSynchronize(static_cast<CudaMark&>(mark).event));
}

std::unique_ptr<Recording> CudaDevice::record(Stream& stream, const std::function<void()>& enqueue) {
  CudaContext& context = contextOf(stream);
  cudaGraph_t graph = nullptr;
  // Other streams of this process go on allocating meanwhile.
  if (cudaStreamBeginCapture(context.stream(), cudaStreamCaptureModeThreadLocal) != cudaSuccess) {
    cudaGetLastError();
    return nullptr;
  }
  enqueue();
  cudaGraphExec_t executable = nullptr;
  const bool isMade = cudaStreamEndCapture(context.stream(), &graph) == cudaSuccess && graph != nullptr &&
                      cudaGraphInstantiate(&executable, graph, 0) == cudaSuccess;
  if (graph != nullptr) cudaGraphDestroy(graph);
  if (isMade) return std::make_unique<CudaRecording>(executable, context.memoryGeneration());
  cudaGetLastError();
  context.takeError();  // of ops that cannot be recorded; run plainly, they may be all right
  return nullptr;
}

bool CudaDevice::replay(Stream& stream, Recording& recording) {
  CudaContext& context = contextOf(stream);
  auto& recorded = static_cast<CudaRecording&>(recording);
  if (recorded.generation() != context.memoryGeneration()) return false;
  context.remember(cudaGraphLaunch(recorded.graph(), context.stream()));
  return true;
}

void CudaDevice::followDrawn(Stream& stream, const FollowDrawnArguments& a) {
  cuda::followDrawn(contextOf(stream), a);
}
void CudaDevice::embed(Stream& stream, const EmbedArguments& a) { cuda::embed(contextOf(stream), a); }
void CudaDevice::rmsNorm(Stream& stream, const RmsNormArguments& a) { cuda::rmsNorm(contextOf(stream), a); }
void CudaDevice::matmul(Stream& stream, const MatmulArguments& a) { cuda::matmul(contextOf(stream), a); }
void CudaDevice::normedMatmul(Stream& stream, const RmsNormArguments& norm,
                              std::span<const MatmulArguments> products) {
  cuda::normedMatmul(contextOf(stream), norm, products);
}
void CudaDevice::gatedMatmul(Stream& stream, const GatedMatmulArguments& a) {
  cuda::gatedMatmul(contextOf(stream), a);
}
void CudaDevice::storeKeyValue(Stream& stream, const StoreKeyValueArguments& a) {
  cuda::storeKeyValue(contextOf(stream), a);
}
void CudaDevice::pagedAttention(Stream& stream, const PagedAttentionArguments& a) {
  cuda::pagedAttention(contextOf(stream), a);
}
void CudaDevice::siluMultiply(Stream& stream, const SiluMultiplyArguments& a) {
  cuda::siluMultiply(contextOf(stream), a);
}
void CudaDevice::routeExperts(Stream& stream, const RouteExpertsArguments& a) {
  cuda::routeExperts(contextOf(stream), a);
}
void CudaDevice::mixExperts(Stream& stream, const MixExpertsArguments& a) {
  cuda::mixExperts(contextOf(stream), a);
}
void CudaDevice::gatherRows(Stream& stream, const GatherRowsArguments& a) {
  cuda::gatherRows(contextOf(stream), a);
}
void CudaDevice::sample(Stream& stream, const SampleArguments& a) { cuda::sample(contextOf(stream), a); }
void CudaDevice::rankTokens(Stream& stream, const RankTokensArguments& a) {
  cuda::rankTokens(contextOf(stream), a);
}
void CudaDevice::windowScores(Stream& stream, const WindowScoresArguments& a) {
  cuda::windowScores(contextOf(stream), a);
}
void CudaDevice::gatherPositions(Stream& stream, const GatherPositionsArguments& a) {
  cuda::gatherPositions(contextOf(stream), a);
}
void CudaDevice::fuseScores(Stream& stream, const FuseScoresArguments& a) {
  cuda::fuseScores(contextOf(stream), a);
}
void CudaDevice::redundancy(Stream& stream, const RedundancyArguments& a) {
  cuda::redundancy(contextOf(stream), a);
}
void CudaDevice::selectEntries(Stream& stream, const SelectEntriesArguments& a) {
  cuda::selectEntries(contextOf(stream), a);
}
void CudaDevice::compactPages(Stream& stream, const CompactPagesArguments& a) {
  cuda::compactPages(contextOf(stream), a);
}

}  // namespace zipage
