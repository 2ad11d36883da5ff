// Large products of bf16 matrices on tensor cores, by cuBLASLt. The library is opened when the first one
// comes, so that the plug-in loads without it; then its place is taken by our own, slower kernels.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <memory>

namespace zipage::cuda {

class DenseProducts {
 public:
  /// Null where the library is missing or refuses to work.
  static std::unique_ptr<DenseProducts> open();
  virtual ~DenseProducts() = default;

  struct Shape {
    std::int64_t rows, outputs, columns;
    bool accumulate;
    bool isNarrow;  // output in bf16; then nothing is accumulated
  };
  static constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;

  /// output [rows, outputs] float32, or bf16, = input [rows, columns] · weight [outputs, columns]ᵀ (+
  /// output), both bf16. False: nothing was enqueued, and nothing of that shape ever will be.
  virtual bool multiply(cudaStream_t stream, const Shape& shape, const void* input, const void* weight,
                        void* output, void* workspace) = 0;
};

}  // namespace zipage::cuda
