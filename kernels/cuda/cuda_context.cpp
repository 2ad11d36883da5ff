#include "kernels/cuda/cuda_context.h"

#include <utility>

namespace zipage::cuda {

CudaContext::~CudaContext() {
  cudaStreamSynchronize(m_stream);
  cudaFree(m_scratch);
  cudaFree(m_counters);
  cudaStreamDestroy(m_stream);
}

bool CudaContext::grow(void*& memory, std::size_t& held, std::size_t wanted) {
  // Half as much again, so that sequences that grow step by step do not ask each time.
  const std::size_t bytes = wanted + wanted / 2;
  ++m_memoryGeneration;
  remember(cudaStreamSynchronize(m_stream));
  cudaFree(memory);
  held = 0;
  memory = nullptr;
  const cudaError_t error = cudaMalloc(&memory, bytes);
  if (error != cudaSuccess) {
    cudaGetLastError();  // running out of memory is no lasting state of the device
    remember(error);
    return false;
  }
  held = bytes;
  return true;
}

std::byte* CudaContext::scratch(std::size_t bytes) {
  if (bytes > m_scratchBytes && !grow(m_scratch, m_scratchBytes, bytes)) return nullptr;
  return static_cast<std::byte*>(m_scratch);
}

unsigned int* CudaContext::counters(std::size_t count) {
  const std::size_t bytes = count * sizeof(unsigned int);
  if (bytes > m_counterBytes) {
    if (!grow(m_counters, m_counterBytes, bytes)) return nullptr;
    remember(cudaMemsetAsync(m_counters, 0, m_counterBytes, m_stream));
  }
  return static_cast<unsigned int*>(m_counters);
}

DenseProducts* CudaContext::denseProducts() {
  if (m_isExact || !m_hasProducts) return nullptr;
  if (!m_products) m_products = DenseProducts::open();
  m_hasProducts = m_products != nullptr;
  return m_products.get();
}

cudaError_t CudaContext::takeError() { return std::exchange(m_error, cudaSuccess); }

}  // namespace zipage::cuda
