// The seam between models and processors: memory, streams and some twenty ops, the same on every device.
//
// Ops are enqueued on a stream and run in order on it; they return nothing. What goes wrong on a device
// surfaces at synchronize(). Sizes and pointers are the caller's promise: an op checks shapes in debug builds
// only. Thread promise: one thread at a time per stream; allocate() and loadWeight() from any one thread at a
// time. Float results are the same for a row whatever other rows are in the call (ALGORITHM.md, invariant 8).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "kernels/device_buffer.h"
#include "kernels/op_arguments.h"
#include "kernels/paged_kv.h"
#include "kernels/tensor.h"

namespace zipage {

struct DeviceError {
  std::string message;
  bool sticky = false;  // the device is lost: every later call fails as well
};

template <typename T>
using DeviceResult = tl::expected<T, DeviceError>;

struct DeviceInfo {
  std::string name;         // "cpu", "cuda:0"
  std::string description;  // "AMD EPYC, 2 threads, AVX-512"
  std::string arithmetic;   // devices of equal arithmetic round alike: "cpu AVX-512"
  std::size_t memoryBytes = 0;
  DataType activationType = DataType::F32;  // of what is multiplied by weights
  DataType kvType = DataType::F32;          // of pages, unless somebody wants another
  bool isAsynchronous = false;              // ops run while their caller goes on
  int stepTokens = 512;                     // that keep it busy while it reads prompts
  std::vector<DataType> kvTypes = {DataType::F32, DataType::F16, DataType::BF16,
                                   DataType::Q8_0};  // those pages may have
  std::string whyNoGpu;  // of a CPU that "auto" took: what the GPU lacks, and what to do
};

/// An ordered queue of ops. Made by a device and used with that device only.
class Stream {
 public:
  virtual ~Stream() = default;
};

/// Who goes first where streams compete for the processor.
enum class StreamPriority : std::uint8_t { Normal, Background };

/// A moment of a stream that can be waited for.
class Mark {
 public:
  virtual ~Mark() = default;
};

/// Ops with all their arguments, kept by Device::record().
class Recording {
 public:
  virtual ~Recording() = default;
};

/// A weight as the device wants it: possibly a view of the mapped file, possibly repacked or uploaded.
struct DeviceWeight {
  ConstTensorView view;
  DeviceBuffer storage;  // empty where `view` points into memory the model file owns
};

class Device {
 public:
  virtual ~Device() = default;

  virtual const DeviceInfo& info() const = 0;
  virtual std::unique_ptr<Stream> createStream(StreamPriority priority = StreamPriority::Normal) = 0;

  /// Uninitialised device memory, aligned to 64 bytes or better.
  virtual DeviceResult<DeviceBuffer> allocate(std::size_t bytes) = 0;
  /// Uninitialised host memory that copies to and from the device are fastest with.
  virtual DeviceResult<DeviceBuffer> allocateHost(std::size_t bytes) = 0;
  /// `host` must outlive the weight: a device may read it in place.
  virtual DeviceResult<DeviceWeight> loadWeight(ConstTensorView host) = 0;
  virtual void copyToDevice(Stream& stream, void* device, const void* host, std::size_t bytes) = 0;
  virtual void copyToHost(Stream& stream, void* host, const void* device, std::size_t bytes) = 0;
  /// The two stretches do not overlap.
  virtual void copyOnDevice(Stream& stream, void* to, const void* from, std::size_t bytes) = 0;
  virtual void fillZero(Stream& stream, void* device, std::size_t bytes) = 0;
  /// Waits for everything enqueued on the stream; returns the first error since the last call, of this or of
  /// waitFor().
  virtual DeviceResult<void> synchronize(Stream& stream) = 0;
  virtual std::unique_ptr<Mark> createMark() = 0;
  /// The mark comes to lie behind everything enqueued so far, wherever it was before.
  virtual void place(Stream& stream, Mark& mark) = 0;
  /// synchronize() up to where the mark was placed on this stream.
  virtual DeviceResult<void> waitFor(Stream& stream, Mark& mark) = 0;

  /// Calls `enqueue`, whose ops on `stream` are kept and not run. Null: this device keeps none, or not these.
  /// REQUIRES: the same ops have run on the stream before, so that memory they need is there.
  virtual std::unique_ptr<Recording> record(Stream& stream, const std::function<void()>& enqueue) = 0;
  /// Enqueues what was recorded of this stream, with the memory it was recorded with. False: that is gone,
  /// and nothing was enqueued; the recording is of no more use.
  virtual bool replay(Stream& stream, Recording& recording) = 0;

  virtual void followDrawn(Stream& stream, const FollowDrawnArguments& arguments) = 0;
  virtual void embed(Stream& stream, const EmbedArguments& arguments) = 0;
  virtual void rmsNorm(Stream& stream, const RmsNormArguments& arguments) = 0;
  virtual void matmul(Stream& stream, const MatmulArguments& arguments) = 0;
  /// Up to three products of norm.output, which is made first, or never written where that is faster.
  virtual void normedMatmul(Stream& stream, const RmsNormArguments& norm,
                            std::span<const MatmulArguments> products) = 0;
  virtual void gatedMatmul(Stream& stream, const GatedMatmulArguments& arguments) = 0;
  virtual void storeKeyValue(Stream& stream, const StoreKeyValueArguments& arguments) = 0;
  virtual void pagedAttention(Stream& stream, const PagedAttentionArguments& arguments) = 0;
  virtual void siluMultiply(Stream& stream, const SiluMultiplyArguments& arguments) = 0;
  virtual void routeExperts(Stream& stream, const RouteExpertsArguments& arguments) = 0;
  virtual void mixExperts(Stream& stream, const MixExpertsArguments& arguments) = 0;
  virtual void gatherRows(Stream& stream, const GatherRowsArguments& arguments) = 0;
  virtual void sample(Stream& stream, const SampleArguments& arguments) = 0;
  virtual void rankTokens(Stream& stream, const RankTokensArguments& arguments) = 0;

  virtual void windowScores(Stream& stream, const WindowScoresArguments& arguments) = 0;
  virtual void gatherPositions(Stream& stream, const GatherPositionsArguments& arguments) = 0;
  virtual void fuseScores(Stream& stream, const FuseScoresArguments& arguments) = 0;
  virtual void redundancy(Stream& stream, const RedundancyArguments& arguments) = 0;
  virtual void selectEntries(Stream& stream, const SelectEntriesArguments& arguments) = 0;
  virtual void compactPages(Stream& stream, const CompactPagesArguments& arguments) = 0;
};

}  // namespace zipage
