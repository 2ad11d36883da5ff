// Ops that touch each element once: embedding look-up, norm, gated activation, gathering rows.
#include "kernels/cuda/ops.h"
#include "kernels/cuda/support.cuh"
#include "kernels/cuda/weight_rows.cuh"

namespace zipage::cuda {

namespace {

constexpr int kThreads = 256;

template <typename Rows>
__global__ void embedKernel(Rows table, const std::int32_t* tokenIds, float* output, int columns) {
  const std::int64_t token = tokenIds[blockIdx.x];
  float* row = output + static_cast<std::int64_t>(blockIdx.x) * columns;
  for (int column = threadIdx.x; column < columns; column += blockDim.x)
    row[column] = table.one(token, column);
}

__global__ void rmsNormKernel(const float* input, const float* gain, float epsilon, float* output,
                              int columns) {
  const float* from = input + static_cast<std::int64_t>(blockIdx.x) * columns;
  float* to = output + static_cast<std::int64_t>(blockIdx.x) * columns;
  float square = 0.0F;
  for (int column = threadIdx.x; column < columns; column += blockDim.x)
    square = fmaf(from[column], from[column], square);
  const float factor = rsqrtf(joinBlock(square, Sum{}) / static_cast<float>(columns) + epsilon);
  for (int column = threadIdx.x; column < columns; column += blockDim.x)
    to[column] = from[column] * factor * gain[column];
}

__global__ void siluKernel(const float* gate, const float* up, float* output, std::int64_t count) {
  const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
       i += stride)
    output[i] = gate[i] / (1.0F + expf(-gate[i])) * up[i];
}

__global__ void gatherKernel(const float* input, const std::int32_t* rows, float* output, int columns) {
  const float* from = input + static_cast<std::int64_t>(rows[blockIdx.x]) * columns;
  float* to = output + static_cast<std::int64_t>(blockIdx.x) * columns;
  for (int column = threadIdx.x; column < columns; column += blockDim.x) to[column] = from[column];
}

}  // namespace

void embed(CudaContext& context, const EmbedArguments& a) {
  if (a.output.rows == 0) return;
  withWeightRows(a.table, [&](auto rows) {
    embedKernel<<<static_cast<unsigned>(a.output.rows), kThreads, 0, context.stream()>>>(
        rows, a.tokenIds, static_cast<float*>(a.output.data), static_cast<int>(a.table.columns));
  });
  context.rememberLaunch();
}

void rmsNorm(CudaContext& context, const RmsNormArguments& a) {
  if (a.input.rows == 0) return;
  rmsNormKernel<<<static_cast<unsigned>(a.input.rows), 1024, 0, context.stream()>>>(
      static_cast<const float*>(a.input.data), static_cast<const float*>(a.gain.data), a.epsilon,
      static_cast<float*>(a.output.data), static_cast<int>(a.input.columns));
  context.rememberLaunch();
}

void siluMultiply(CudaContext& context, const SiluMultiplyArguments& a) {
  const std::int64_t count = a.output.rows * a.output.columns;
  if (count == 0) return;
  const auto blocks =
      std::min<std::int64_t>(ceilDivide<std::int64_t>(count, kThreads), 16 * context.numProcessors());
  siluKernel<<<static_cast<unsigned>(blocks), kThreads, 0, context.stream()>>>(
      static_cast<const float*>(a.gate.data), static_cast<const float*>(a.up.data),
      static_cast<float*>(a.output.data), count);
  context.rememberLaunch();
}

void gatherRows(CudaContext& context, const GatherRowsArguments& a) {
  if (a.output.rows == 0) return;
  gatherKernel<<<static_cast<unsigned>(a.output.rows), kThreads, 0, context.stream()>>>(
      static_cast<const float*>(a.input.data), a.rows, static_cast<float*>(a.output.data),
      static_cast<int>(a.output.columns));
  context.rememberLaunch();
}

}  // namespace zipage::cuda
