// Matrix products. Few rows: one warp makes one output for each, a lane adds eight columns at a time, in an
// order that the number of columns alone fixes. Many rows: in bf16 on tensor cores, the weight widened to
// scratch before where it is stored otherwise; unless every product is to be exact.
#include <algorithm>

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

__global__ void narrowKernel(const float* from, __nv_bfloat16* to, std::int64_t count) {
  const std::int64_t i = (static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) * 4;
  if (i + 3 < count) {
    const float4 four = *reinterpret_cast<const float4*>(from + i);
    const __nv_bfloat162 pairs[2] = {__floats2bfloat162_rn(four.x, four.y),
                                     __floats2bfloat162_rn(four.z, four.w)};
    *reinterpret_cast<uint2*>(to + i) = *reinterpret_cast<const uint2*>(pairs);
    return;
  }
  for (std::int64_t j = i; j < count; ++j) to[j] = __float2bfloat16_rn(from[j]);
}

template <typename Rows>
__global__ void widenKernel(Rows weight, __nv_bfloat16* to, int columns) {
  const int column = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x) * kEight;
  if (column >= columns) return;
  float numbers[kEight];
  weight.eight(blockIdx.y, column, numbers);
  __nv_bfloat162 pairs[kEight / 2];
  for (int i = 0; i < kEight / 2; ++i) pairs[i] = __floats2bfloat162_rn(numbers[2 * i], numbers[2 * i + 1]);
  *reinterpret_cast<uint4*>(to + static_cast<std::int64_t>(blockIdx.y) * columns + column) =
      *reinterpret_cast<const uint4*>(pairs);
}

__global__ void addBiasKernel(float* output, const float* bias, int columns) {
  const int column = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (column < columns) output[static_cast<std::int64_t>(blockIdx.y) * columns + column] += bias[column];
}

/// From so many rows on, reading the weight once more for every eight costs more than narrowing the input,
/// and writing and reading a widened weight.
bool isLarge(const ConstTensorView& weight, std::int64_t rows) {
  if (weight.type == DataType::F32 || weight.columns % kEight != 0) return false;
  return rows > (weight.type == DataType::BF16 ? 4 : 32);
}

std::size_t aligned(std::size_t bytes) { return ceilDivide<std::size_t>(bytes, 256) * 256; }

/// False: this product cannot be made so.
bool multiplyDense(CudaContext& context, const MatmulArguments& a) {
  DenseProducts* products = context.denseProducts();
  if (products == nullptr) return false;
  const std::int64_t inputs = a.input.rows * a.input.columns;
  const bool isStored = a.weight.type == DataType::BF16;
  const std::size_t inputBytes = aligned(static_cast<std::size_t>(inputs) * sizeof(__nv_bfloat16));
  const std::size_t weightBytes =
      isStored ? 0 : aligned(static_cast<std::size_t>(a.weight.rows * a.weight.columns) * 2);
  std::byte* scratch = context.scratch(DenseProducts::kWorkspaceBytes + inputBytes + weightBytes);
  if (scratch == nullptr) return true;  // the error is remembered
  auto* const input = reinterpret_cast<__nv_bfloat16*>(scratch + DenseProducts::kWorkspaceBytes);
  narrowKernel<<<static_cast<unsigned>(ceilDivide<std::int64_t>(inputs, 1024)), 256, 0, context.stream()>>>(
      static_cast<const float*>(a.input.data), input, inputs);
  const void* weight = a.weight.data;
  if (!isStored) {
    auto* const widened =
        reinterpret_cast<__nv_bfloat16*>(scratch + DenseProducts::kWorkspaceBytes + inputBytes);
    const auto columns = static_cast<int>(a.weight.columns);
    // Rows beyond what a grid takes go to further launches.
    for (std::int64_t first = 0; first < a.weight.rows; first += 65535) {
      const auto rows = static_cast<unsigned>(std::min<std::int64_t>(65535, a.weight.rows - first));
      withWeightRows(a.weight, [&](auto each) {
        widenKernel<<<dim3(static_cast<unsigned>(ceilDivide(columns, kThreads * kEight)), rows), kThreads, 0,
                      context.stream()>>>(rowsFrom(each, first), widened + first * columns, columns);
      });
    }
    weight = widened;
  }
  auto* const output = static_cast<float*>(a.output.data);
  if (!products->multiply(context.stream(), {a.input.rows, a.weight.rows, a.weight.columns, a.accumulate},
                          input, weight, output, scratch))
    return false;
  if (a.bias) {
    const auto columns = static_cast<int>(a.weight.rows);
    addBiasKernel<<<dim3(static_cast<unsigned>(ceilDivide(columns, 256)),
                         static_cast<unsigned>(a.input.rows)),
                    256, 0, context.stream()>>>(output, static_cast<const float*>(a.bias.data), columns);
  }
  return true;
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
  if (!isLarge(a.weight, a.input.rows) || !multiplyDense(context, a))
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
