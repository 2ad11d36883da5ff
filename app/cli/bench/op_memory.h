// Device memory for ops that are measured alone: random numbers, tables, a page pool. It owns what it gives
// out. When there is no room, what it gives out is null and failure() says why.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "kernels/device.h"

namespace zipage {

/// What must lie between two reads of the same byte so that it comes from memory.
inline constexpr std::size_t kBeyondCaches = std::size_t{256} << 20;

/// How many things of `bytes` are to be used in turn, so that each has left the caches when it comes again.
int copiesBeyondCaches(double bytes, int most = 4096);

class OpMemory {
 public:
  explicit OpMemory(Device& device) : m_device(device), m_stream(device.createStream()) {}

  /// Elements of either sign between a half and two; of Q8_0, up to one. REQUIRES: one of the types of pages.
  void* numbers(DataType type, std::size_t count);
  TensorView matrix(DataType type, std::int64_t rows, std::int64_t columns);
  std::int32_t* integers(const std::vector<std::int32_t>& values);
  float* floats(const std::vector<float>& values);
  void* zeros(std::size_t bytes);
  /// `count` copies of what lies at `from`, `stride` bytes apart.
  std::byte* copies(const void* from, std::size_t bytes, int count, std::size_t stride);
  DeviceWeight weight(ConstTensorView host);
  void toHost(void* host, const void* device, std::size_t bytes);

  Result<void> check();

 private:
  std::byte* take(std::size_t bytes);
  void fail(const DeviceError& error);

  Device& m_device;
  std::unique_ptr<Stream> m_stream;
  std::vector<DeviceBuffer> m_buffers;
  std::optional<Error> m_failure;
};

/// Pages full of random keys and values, and their order in a sequence, as a used pool has it.
struct OpPool {
  /// Positions are those of sequences that lie page behind page, `pagesOfSequence` each.
  OpPool(OpMemory& memory, DataType type, int layers, int pages, int kvHeads, int pageTokens, int headDim,
         int pagesOfSequence);

  PagedKv kv;
  std::vector<std::int32_t> pages;  // of one sequence after the other
};

}  // namespace zipage
