// Matrix products whose rows do not depend on each other: one warp makes one output for a few rows, each lane
// adds eight columns at a time in an order that the number of columns alone fixes.
#include "kernels/cuda/ops.h"
#include "kernels/cuda/support.cuh"
#include "kernels/cuda/weight_rows.cuh"

namespace zipage::cuda {

namespace {

constexpr int kThreads = 128;
constexpr int kEight = 8;

struct Product {
  const float* input;
  const float* bias;
  float* output;
  int numRows, outputs, columns;
  bool accumulate;
};

template <int kRows>
__device__ void finishRows(const Product& p, float (&sums)[kRows], int first, int output, int lane) {
#pragma unroll
  for (int r = 0; r < kRows; ++r) {
    const float sum = warpSum(sums[r]);
    if (lane != 0 || first + r >= p.numRows) continue;
    float* to = p.output + static_cast<std::int64_t>(first + r) * p.outputs + output;
    const float withBias = p.bias != nullptr ? sum + p.bias[output] : sum;
    *to = p.accumulate ? *to + withBias : withBias;
  }
}

/// For columns that are a multiple of 8.
template <int kRows, typename Rows>
__global__ void __launch_bounds__(kThreads) productKernel(Rows weight, Product p) {
  const int output =
      static_cast<int>(blockIdx.x) * (kThreads / kWarp) + static_cast<int>(threadIdx.x) / kWarp;
  if (output >= p.outputs) return;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int first = static_cast<int>(blockIdx.y) * kRows;
  float sums[kRows] = {};
#pragma unroll 4
  for (int column = lane * kEight; column < p.columns; column += kWarp * kEight) {
    float numbers[kEight];
    weight.eight(output, column, numbers);
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      // Beyond the last row, its numbers are read again and thrown away.
      const int row = min(first + r, p.numRows - 1);
      float inputs[kEight];
      loadWide<4>(p.input + static_cast<std::int64_t>(row) * p.columns + column, inputs);
      loadWide<4>(p.input + static_cast<std::int64_t>(row) * p.columns + column + 4, inputs + 4);
#pragma unroll
      for (int i = 0; i < kEight; ++i) sums[r] = fmaf(numbers[i], inputs[i], sums[r]);
    }
  }
  finishRows(p, sums, first, output, lane);
}

/// For any columns; of plain types only.
template <typename Rows>
__global__ void __launch_bounds__(kThreads) unevenProductKernel(Rows weight, Product p) {
  const int output =
      static_cast<int>(blockIdx.x) * (kThreads / kWarp) + static_cast<int>(threadIdx.x) / kWarp;
  if (output >= p.outputs) return;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const auto row = static_cast<std::int64_t>(blockIdx.y);
  float sums[1] = {};
  for (int column = lane; column < p.columns; column += kWarp)
    sums[0] = fmaf(weight.one(output, column), p.input[row * p.columns + column], sums[0]);
  finishRows(p, sums, static_cast<int>(row), output, lane);
}

template <int kRows, typename Rows>
void launch(CudaContext& context, const Rows& weight, const Product& p) {
  const dim3 grid(static_cast<unsigned>(ceilDivide(p.outputs, kThreads / kWarp)),
                  static_cast<unsigned>(ceilDivide(p.numRows, kRows)));
  productKernel<kRows><<<grid, kThreads, 0, context.stream()>>>(weight, p);
}

template <typename Rows>
void multiply(CudaContext& context, const Rows& weight, const Product& p) {
  if (p.columns % kEight != 0) {
    const dim3 grid(static_cast<unsigned>(ceilDivide(p.outputs, kThreads / kWarp)),
                    static_cast<unsigned>(p.numRows));
    unevenProductKernel<<<grid, kThreads, 0, context.stream()>>>(weight, p);
  } else if (p.numRows == 1) {
    launch<1>(context, weight, p);
  } else if (p.numRows <= 4) {
    launch<4>(context, weight, p);
  } else {
    launch<8>(context, weight, p);
  }
}

__global__ void splitQ8_0(const std::uint8_t* stored, std::uint8_t* numbers, std::uint16_t* scales,
                          std::int64_t blocks) {
  const std::int64_t block = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (block >= blocks) return;
  const std::uint8_t* from = stored + block * 34;
  scales[block] = static_cast<std::uint16_t>(shortAt(from));
  for (int i = 0; i < 32; ++i) numbers[block * 32 + i] = from[2 + i];
}

__global__ void splitQ6_K(const std::uint8_t* stored, std::uint8_t* bodies, std::uint16_t* scales,
                          std::int64_t blocks) {
  const std::int64_t block = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (block >= blocks) return;
  const std::uint8_t* from = stored + block * 210;
  scales[block] = static_cast<std::uint16_t>(shortAt(from + 208));
  for (int i = 0; i < 208; ++i) bodies[block * 208 + i] = from[i];
}

}  // namespace

void matmul(CudaContext& context, const MatmulArguments& a) {
  if (a.input.rows == 0 || a.weight.rows == 0) return;
  const Product product{static_cast<const float*>(a.input.data),
                        static_cast<const float*>(a.bias.data),
                        static_cast<float*>(a.output.data),
                        static_cast<int>(a.input.rows),
                        static_cast<int>(a.weight.rows),
                        static_cast<int>(a.weight.columns),
                        a.accumulate};
  withWeightRows(a.weight, [&](auto rows) { multiply(context, rows, product); });
  context.rememberLaunch();
}

bool isRepacked(DataType type) { return type == DataType::Q8_0 || type == DataType::Q6_K; }

std::size_t weightBytes(const ConstTensorView& weight) { return weight.bytes(); }

void repackWeight(CudaContext& context, const ConstTensorView& stored, void* target) {
  const auto* from = static_cast<const std::uint8_t*>(stored.data);
  auto* to = static_cast<std::uint8_t*>(target);
  const std::int64_t blocks = stored.rows * (stored.columns / layoutOf(stored.type).elementsPerBlock);
  const auto grid = static_cast<unsigned>(ceilDivide<std::int64_t>(blocks, kThreads));
  if (stored.type == DataType::Q8_0)
    splitQ8_0<<<grid, kThreads, 0, context.stream()>>>(
        from, to, reinterpret_cast<std::uint16_t*>(to + blocks * 32), blocks);
  if (stored.type == DataType::Q6_K)
    splitQ6_K<<<grid, kThreads, 0, context.stream()>>>(
        from, to, reinterpret_cast<std::uint16_t*>(to + blocks * 208), blocks);
  context.rememberLaunch();
}

}  // namespace zipage::cuda
