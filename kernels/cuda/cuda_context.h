// What every CUDA op works with: a stream, its scratch memory and the first error since it was last asked
// for. One thread at a time.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "kernels/cuda/dense_products.h"

namespace zipage::cuda {

class CudaContext {
 public:
  /// `isExact`: every product in float32, so that a row's result does not depend on how many rows there are.
  /// `chainsLaunches`: a kernel may be started before the one in front of it has ended.
  CudaContext(cudaStream_t stream, int numProcessors, bool isExact, bool chainsLaunches)
      : m_stream(stream),
        m_numProcessors(numProcessors),
        m_isExact(isExact),
        m_chainsLaunches(chainsLaunches) {}
  ~CudaContext();
  CudaContext(const CudaContext&) = delete;
  CudaContext& operator=(const CudaContext&) = delete;

  cudaStream_t stream() const { return m_stream; }
  int numProcessors() const { return m_numProcessors; }
  bool isExact() const { return m_isExact; }
  bool chainsLaunches() const { return m_chainsLaunches; }

  /// Memory for the ops enqueued until the next call of this, aligned to 256 bytes; null, and remembered as
  /// an error, where there is none.
  std::byte* scratch(std::size_t bytes);
  /// `count` counters that are 0 before an op and that it leaves at 0.
  unsigned int* counters(std::size_t count);

  /// Counts how often memory that scratch() or counters() gave was replaced: what was recorded with it is
  /// stale.
  int memoryGeneration() const { return m_memoryGeneration; }

  /// Null: there are none, and there never will be.
  DenseProducts* denseProducts();

  void remember(cudaError_t error) {
    if (m_error == cudaSuccess) m_error = error;
  }
  /// After a launch.
  void rememberLaunch() { remember(cudaGetLastError()); }
  cudaError_t takeError();

 private:
  bool grow(void*& memory, std::size_t& held, std::size_t wanted);

  cudaStream_t m_stream;
  int m_numProcessors;
  bool m_isExact;
  bool m_chainsLaunches;
  void* m_scratch = nullptr;
  std::size_t m_scratchBytes = 0;
  void* m_counters = nullptr;
  std::size_t m_counterBytes = 0;
  int m_memoryGeneration = 0;
  std::unique_ptr<DenseProducts> m_products;
  bool m_hasProducts = true;
  cudaError_t m_error = cudaSuccess;
};

}  // namespace zipage::cuda
