// Ops that touch each element once: taking up drawn tokens, embedding look-up, norm, gated activation,
// gathering rows.
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/support.cuh"
#include "kernels/cuda/tensor_core.cuh"
#include "kernels/cuda/weight_rows.cuh"

namespace zipage::cuda {

namespace {

constexpr int kThreads = 256;
constexpr int kEight = 8;

__global__ void followDrawnKernel(FollowDrawnArguments a) {
  awaitPrevious();
  letNextCome();
  const int t = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (t >= a.numTokens) return;
  const std::int32_t drawn = a.drawn[t];
  a.tokenIds[t] = drawn;
  bool isEnd = false;
  for (int i = 0; i < kMostEndTokens; ++i) isEnd = isEnd || a.ends[t * kMostEndTokens + i] == drawn;
  if (isEnd) a.targetSlots[t] = a.queryRows[t] = -1;
}

template <typename Rows>
__global__ void embedKernel(Rows table, const std::int32_t* tokenIds, float* output, int columns) {
  awaitPrevious();
  letNextCome();
  const std::int64_t token = tokenIds[blockIdx.x];
  float* row = output + static_cast<std::int64_t>(blockIdx.x) * columns;
  if constexpr (requires { table.one(0, 0); }) {
    for (int column = threadIdx.x; column < columns; column += blockDim.x)
      row[column] = table.one(token, column);
  } else {
    for (int column = threadIdx.x * kEight; column < columns; column += blockDim.x * kEight)
      table.eight(token, column, row + column);
  }
}

template <typename Output>
__device__ void storeFour(Output* to, float4 four) {
  if constexpr (sizeof(Output) == sizeof(float)) {
    *reinterpret_cast<float4*>(to) = four;
  } else {
    *reinterpret_cast<uint2*>(to) = {pairOf(four.x, four.y, Output{}), pairOf(four.z, four.w, Output{})};
  }
}

/// For columns that are a multiple of 4; a block for each row.
template <typename Output>
__global__ void rmsNormKernel(const float* input, const float* gain, float epsilon, Output* output,
                              int columns) {
  awaitPrevious();
  letNextCome();
  const float* from = input + static_cast<std::int64_t>(blockIdx.x) * columns;
  Output* to = output + static_cast<std::int64_t>(blockIdx.x) * columns;
  float square = 0.0F;
  for (int column = threadIdx.x * 4; column < columns; column += blockDim.x * 4) {
    const float4 four = *reinterpret_cast<const float4*>(from + column);
    square = fmaf(four.x, four.x, fmaf(four.y, four.y, fmaf(four.z, four.z, fmaf(four.w, four.w, square))));
  }
  const float factor = rsqrtf(joinBlock(square, Sum{}) / static_cast<float>(columns) + epsilon);
  for (int column = threadIdx.x * 4; column < columns; column += blockDim.x * 4) {
    const float4 four = *reinterpret_cast<const float4*>(from + column);
    const float4 by = *reinterpret_cast<const float4*>(gain + column);
    storeFour(to + column, {four.x * factor * by.x, four.y * factor * by.y, four.z * factor * by.z,
                            four.w * factor * by.w});
  }
}

/// For any columns.
template <typename Output>
__global__ void unevenNormKernel(const float* input, const float* gain, float epsilon, Output* output,
                                 int columns) {
  awaitPrevious();
  const float* from = input + static_cast<std::int64_t>(blockIdx.x) * columns;
  Output* to = output + static_cast<std::int64_t>(blockIdx.x) * columns;
  float square = 0.0F;
  for (int column = threadIdx.x; column < columns; column += blockDim.x)
    square = fmaf(from[column], from[column], square);
  const float factor = rsqrtf(joinBlock(square, Sum{}) / static_cast<float>(columns) + epsilon);
  for (int column = threadIdx.x; column < columns; column += blockDim.x)
    to[column] = narrow<Output>(from[column] * factor * gain[column]);
}

template <typename Output>
void launchNorm(CudaContext& context, const RmsNormArguments& a) {
  const auto columns = static_cast<int>(a.input.columns);
  const bool isEven = columns % 4 == 0;
  const int threads = std::min(1024, ceilDivide(isEven ? columns / 4 : columns, kWarp) * kWarp);
  launchChained(context, isEven ? rmsNormKernel<Output> : unevenNormKernel<Output>,
                dim3(static_cast<unsigned>(a.input.rows)), threads, 0,
                static_cast<const float*>(a.input.data), static_cast<const float*>(a.gain.data), a.epsilon,
                static_cast<Output*>(a.output.data), columns);
}

__global__ void siluKernel(const float* gate, const float* up, float* output, std::int64_t count) {
  const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
       i += stride)
    output[i] = gate[i] / (1.0F + expf(-gate[i])) * up[i];
}

__global__ void gatherKernel(const float* input, const std::int32_t* rows, float* output, int columns) {
  awaitPrevious();
  letNextCome();
  const float* from = input + static_cast<std::int64_t>(rows[blockIdx.x]) * columns;
  float* to = output + static_cast<std::int64_t>(blockIdx.x) * columns;
  for (int column = threadIdx.x; column < columns; column += blockDim.x) to[column] = from[column];
}

}  // namespace

void followDrawn(CudaContext& context, const FollowDrawnArguments& a) {
  if (a.numTokens == 0) return;
  launchChained(context, followDrawnKernel, dim3(static_cast<unsigned>(ceilDivide(a.numTokens, kThreads))),
                kThreads, 0, a);
  context.rememberLaunch();
}

void embed(CudaContext& context, const EmbedArguments& a) {
  if (a.output.rows == 0) return;
  withWeightRows(a.table, [&](auto rows) {
    launchChained(context, embedKernel<decltype(rows)>, dim3(static_cast<unsigned>(a.output.rows)), kThreads,
                  0, rows, a.tokenIds, static_cast<float*>(a.output.data), static_cast<int>(a.table.columns));
  });
  context.rememberLaunch();
}

void rmsNorm(CudaContext& context, const RmsNormArguments& a) {
  if (a.input.rows == 0) return;
  if (a.output.type == DataType::BF16)
    launchNorm<__nv_bfloat16>(context, a);
  else
    launchNorm<float>(context, a);
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
  launchChained(context, gatherKernel, dim3(static_cast<unsigned>(a.output.rows)), kThreads, 0,
                static_cast<const float*>(a.input.data), a.rows, static_cast<float*>(a.output.data),
                static_cast<int>(a.output.columns));
  context.rememberLaunch();
}

}  // namespace zipage::cuda
