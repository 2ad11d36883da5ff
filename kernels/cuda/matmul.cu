// Matrix products: which kernel makes them. Up to sixteen rows of bf16 inputs: few_rows.cu. Many rows: in
// bf16 on tensor cores by cuBLASLt, the weight widened to scratch before where it is stored otherwise. What
// is left, and everything when products are to be exact: one warp makes one output for each row, a lane adds
// eight columns at a time, in an order that the number of columns alone fixes.
#include <algorithm>
#include <vector>

#include "kernels/cuda/few_rows.h"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/support.cuh"
#include "kernels/cuda/weight_rows.cuh"

namespace zipage::cuda {

namespace {

constexpr int kThreads = 128;
constexpr int kEight = 8;

template <typename Input>
struct Product {
  const Input* input;
  const float* bias;
  void* output;
  int numRows, outputs, columns;
  bool accumulate;
  bool isNarrow;  // outputs in bf16
};

template <int kRows, typename Input>
__device__ void finishRows(const Product<Input>& p, float (&sums)[kRows], int first, int output, int lane) {
#pragma unroll
  for (int r = 0; r < kRows; ++r) {
    const float sum = warpSum(sums[r]);
    if (lane != 0 || first + r >= p.numRows) continue;
    const std::int64_t place = static_cast<std::int64_t>(first + r) * p.outputs + output;
    const float withBias = p.bias != nullptr ? sum + p.bias[output] : sum;
    if (p.isNarrow) {
      static_cast<__nv_bfloat16*>(p.output)[place] = __float2bfloat16_rn(withBias);
      continue;
    }
    float* to = static_cast<float*>(p.output) + place;
    *to = p.accumulate ? *to + withBias : withBias;
  }
}

/// For columns that are a multiple of 8.
template <int kRows, typename Rows, typename Input>
__global__ void __launch_bounds__(kThreads) productKernel(Rows weight, Product<Input> p) {
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
      loadEight(p.input + static_cast<std::int64_t>(row) * p.columns + column, inputs);
#pragma unroll
      for (int i = 0; i < kEight; ++i) sums[r] = fmaf(numbers[i], inputs[i], sums[r]);
    }
  }
  finishRows(p, sums, first, output, lane);
}

/// For any columns; of plain types only.
template <typename Rows, typename Input>
__global__ void __launch_bounds__(kThreads) unevenProductKernel(Rows weight, Product<Input> p) {
  const int output =
      static_cast<int>(blockIdx.x) * (kThreads / kWarp) + static_cast<int>(threadIdx.x) / kWarp;
  if (output >= p.outputs) return;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const auto row = static_cast<std::int64_t>(blockIdx.y);
  float sums[1] = {};
  for (int column = lane; column < p.columns; column += kWarp)
    sums[0] = fmaf(weight.one(output, column), widen(p.input[row * p.columns + column]), sums[0]);
  finishRows(p, sums, static_cast<int>(row), output, lane);
}

template <int kRows, typename Rows, typename Input>
void launch(CudaContext& context, const Rows& weight, const Product<Input>& p) {
  const dim3 grid(static_cast<unsigned>(ceilDivide(p.outputs, kThreads / kWarp)),
                  static_cast<unsigned>(ceilDivide(p.numRows, kRows)));
  productKernel<kRows><<<grid, kThreads, 0, context.stream()>>>(weight, p);
}

template <typename Rows, typename Input>
void multiply(CudaContext& context, const Rows& weight, const Product<Input>& p) {
  if (p.columns % kEight != 0) {
    if constexpr (requires { weight.one(0, 0); }) {
      const dim3 grid(static_cast<unsigned>(ceilDivide(p.outputs, kThreads / kWarp)),
                      static_cast<unsigned>(p.numRows));
      unevenProductKernel<<<grid, kThreads, 0, context.stream()>>>(weight, p);
    }
  } else if constexpr (std::is_same_v<Input, __nv_bfloat16>) {
    launch<4>(context, weight, p);  // what does not fit elsewhere is rare
  } else if (p.numRows == 1) {
    launch<1>(context, weight, p);
  } else if (p.numRows <= 4) {
    launch<4>(context, weight, p);
  } else {
    launch<8>(context, weight, p);
  }
}

template <typename Input>
void multiplyPlain(CudaContext& context, const MatmulArguments& a) {
  const Product<Input> product{static_cast<const Input*>(a.input.data),
                               static_cast<const float*>(a.bias.data),
                               a.output.data,
                               static_cast<int>(a.input.rows),
                               static_cast<int>(a.weight.rows),
                               static_cast<int>(a.weight.columns),
                               a.accumulate,
                               a.output.type == DataType::BF16};
  withWeightRows(a.weight, [&](auto rows) { multiply(context, rows, product); });
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

template <typename T>
__global__ void addBiasKernel(T* output, const float* bias, int columns) {
  const int column = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (column >= columns) return;
  T& number = output[static_cast<std::int64_t>(blockIdx.y) * columns + column];
  number = narrow<T>(widen(number) + bias[column]);
}

/// From so many rows on, reading a quantised weight once more for every sixteen costs more than writing it
/// down widened and reading that.
constexpr int kMostQuantisedRows = 64;

bool isLarge(const MatmulArguments& a) {
  if (a.weight.type == DataType::F32 || a.weight.columns % kEight != 0) return false;
  return a.input.rows > (isQuantised(a.weight.type) ? kMostQuantisedRows : kMostFewRows);
}

std::size_t aligned(std::size_t bytes) { return ceilDivide<std::size_t>(bytes, 256) * 256; }

template <typename T>
void addBias(CudaContext& context, const MatmulArguments& a) {
  const auto columns = static_cast<int>(a.weight.rows);
  addBiasKernel<<<dim3(static_cast<unsigned>(ceilDivide(columns, 256)), static_cast<unsigned>(a.input.rows)),
                  256, 0, context.stream()>>>(static_cast<T*>(a.output.data),
                                              static_cast<const float*>(a.bias.data), columns);
}

/// The weight in bf16 at `to`.
void widenWeight(CudaContext& context, const ConstTensorView& weight, __nv_bfloat16* to) {
  const auto columns = static_cast<int>(weight.columns);
  // Rows beyond what a grid takes go to further launches.
  for (std::int64_t first = 0; first < weight.rows; first += 65535) {
    const auto rows = static_cast<unsigned>(std::min<std::int64_t>(65535, weight.rows - first));
    withWeightRows(weight, [&](auto each) {
      widenKernel<<<dim3(static_cast<unsigned>(ceilDivide(columns, kThreads * kEight)), rows), kThreads, 0,
                    context.stream()>>>(rowsFrom(each, first), to + first * columns, columns);
    });
  }
}

/// False: this product cannot be made so.
bool multiplyDense(CudaContext& context, const MatmulArguments& a) {
  DenseProducts* products = context.denseProducts();
  if (products == nullptr) return false;
  const std::int64_t inputs = a.input.rows * a.input.columns;
  const bool isStored = a.weight.type == DataType::BF16;
  const bool isNarrow = a.input.type == DataType::BF16;
  const std::size_t inputBytes = isNarrow ? 0 : aligned(static_cast<std::size_t>(inputs) * 2);
  const std::size_t weightBytes =
      isStored ? 0 : aligned(static_cast<std::size_t>(a.weight.rows * a.weight.columns) * 2);
  std::byte* scratch = context.scratch(DenseProducts::kWorkspaceBytes + inputBytes + weightBytes);
  if (scratch == nullptr) return true;  // the error is remembered
  std::byte* const place = scratch + DenseProducts::kWorkspaceBytes;
  const void* input = a.input.data;
  if (!isNarrow) {
    auto* const narrowed = reinterpret_cast<__nv_bfloat16*>(place);
    narrowKernel<<<static_cast<unsigned>(ceilDivide<std::int64_t>(inputs, 1024)), 256, 0, context.stream()>>>(
        static_cast<const float*>(a.input.data), narrowed, inputs);
    input = narrowed;
  }
  const void* weight = a.weight.data;
  if (!isStored) {
    auto* const widened = reinterpret_cast<__nv_bfloat16*>(place + inputBytes);
    widenWeight(context, a.weight, widened);
    weight = widened;
  }
  const bool writesNarrow = a.output.type == DataType::BF16;
  if (!products->multiply(context.stream(),
                          {a.input.rows, a.weight.rows, a.weight.columns, a.accumulate, writesNarrow}, input,
                          weight, a.output.data, scratch))
    return false;
  if (a.bias && writesNarrow) addBias<__nv_bfloat16>(context, a);
  if (a.bias && !writesNarrow) addBias<float>(context, a);
  return true;
}

MatmulArguments rowsOf(MatmulArguments a, std::int64_t first, std::int64_t count) {
  a.input.data = static_cast<const std::byte*>(a.input.data) + bytesOf(a.input.type, first * a.input.columns);
  a.output.data = static_cast<std::byte*>(a.output.data) + bytesOf(a.output.type, first * a.output.columns);
  a.input.rows = a.output.rows = std::min<std::int64_t>(count, a.input.rows - first);
  return a;
}

/// Sixteen rows at a time; false: they do not fit.
bool multiplyByFew(CudaContext& context, const MatmulArguments& a) {
  MatmulArguments part = rowsOf(a, 0, kMostFewRows);
  if (!fewRowsFit(part)) return false;
  for (std::int64_t first = 0; first < a.input.rows; first += kMostFewRows) {
    part = rowsOf(a, first, kMostFewRows);
    multiplyFewRows(context, std::span(&part, 1));
  }
  return true;
}

/// silu(gate) · up, both bf16, in place of gate.
__global__ void gateKernel(__nv_bfloat162* gate, const __nv_bfloat162* up, std::int64_t pairs) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= pairs) return;
  const float2 g = __bfloat1622float2(gate[i]);
  const float2 u = __bfloat1622float2(up[i]);
  gate[i] = __floats2bfloat162_rn(g.x / (1.0F + __expf(-g.x)) * u.x, g.y / (1.0F + __expf(-g.y)) * u.y);
}

}  // namespace

void matmul(CudaContext& context, const MatmulArguments& a) {
  if (a.input.rows == 0 || a.weight.rows == 0) return;
  const bool isMade = (isLarge(a) && multiplyDense(context, a)) || multiplyByFew(context, a);
  if (!isMade && a.input.type == DataType::BF16) multiplyPlain<__nv_bfloat16>(context, a);
  if (!isMade && a.input.type != DataType::BF16) multiplyPlain<float>(context, a);
  context.rememberLaunch();
}

void normedMatmul(CudaContext& context, const RmsNormArguments& norm,
                  std::span<const MatmulArguments> products) {
  if (norm.input.rows == 0) return;
  const bool takesNorm =
      std::ranges::all_of(products, [](const MatmulArguments& a) { return fewRowsTakeNorm(a, false); });
  if (!takesNorm) rmsNorm(context, norm);
  for (std::size_t first = 0; first < products.size();) {
    const MatmulArguments& a = products[first];
    std::size_t last = first + 1;
    while (last < products.size() && products[last].weight.type == a.weight.type) ++last;
    if (fewRowsFit(a))
      multiplyFewRows(context, products.subspan(first, last - first), takesNorm ? &norm : nullptr);
    else
      for (std::size_t i = first; i < last; ++i) matmul(context, products[i]);
    first = last;
  }
  context.rememberLaunch();
}

void gatedMatmul(CudaContext& context, const GatedMatmulArguments& a) {
  if (a.norm.input.rows == 0) return;
  const MatmulArguments gate{a.norm.output, a.gateWeight, a.gateBias, a.gate};
  const MatmulArguments up{a.norm.output, a.upWeight, a.upBias, a.up};
  const bool areOne = fewRowsFit(gate) && a.gateWeight.type == a.upWeight.type;
  const bool takesNorm = areOne && fewRowsTakeNorm(gate, true);
  if (!takesNorm) rmsNorm(context, a.norm);
  if (areOne) {
    multiplyGated(context, gate, up, takesNorm ? &a.norm : nullptr);
  } else {
    matmul(context, gate);
    matmul(context, up);
    if (a.gate.type == DataType::BF16) {
      const std::int64_t pairs = a.gate.rows * a.gate.columns / 2;
      gateKernel<<<static_cast<unsigned>(ceilDivide<std::int64_t>(pairs, 256)), 256, 0, context.stream()>>>(
          static_cast<__nv_bfloat162*>(a.gate.data), static_cast<const __nv_bfloat162*>(a.up.data), pairs);
    } else {
      siluMultiply(context, {a.gate, a.up, a.gate});
    }
  }
  context.rememberLaunch();
}

}  // namespace zipage::cuda
