// Products with up to sixteen rows of bf16 inputs, bound by reading the weight once. A block makes sixteen
// outputs for all rows: its eight warps share the columns, each streams its part of sixteen weight rows
// through tensor cores, and their sums are added in order. What a row gets depends neither on how many others
// there are nor on which of the block's outputs it stands beside.
//
// Of up to four rows a warp keeps its columns in shared memory, and may make the norm in front of the product
// on the way there, so that no kernel is needed for it: reading the residual stream once more for every block
// costs less than a launch.
//
// In flight: 256 threads × 4 loads × 32 bytes × 2 to 3 blocks = 64 to 96 KB a multiprocessor, where about 40
// KB cover the latency of memory. The first loads leave before the kernel in front of this one has ended.
#include <algorithm>

#include "kernels/cuda/few_row_tiles.cuh"
#include "kernels/cuda/few_rows.h"
#include "kernels/cuda/launch.cuh"

namespace zipage::cuda {

namespace {

constexpr int kWarps = 8;
constexpr int kThreads = kWarps * kWarp;
constexpr int kOutputs = 16;  // of a block
constexpr int kMostParts = 3;
constexpr int kMostStagedRows = 4;
constexpr std::size_t kMostStagedBytes = 48 * 1024;  // of a block

template <typename Rows>
struct Part {
  Rows weight;
  const float* bias;
  void* output;
  int outputs;
  int firstBlock;
};

template <typename Rows>
struct FewRows {
  Part<Rows> parts[kMostParts];
  int numParts;
  const __nv_bfloat16* input;  // [numRows, columns]; not read where there is a norm
  const float* hidden;         // [numRows, columns], of which the norm is made
  const float* gain;           // [columns]
  float epsilon;
  int numRows, columns;
  int stride;  // of rows in shared memory
  bool accumulates;
  bool isNarrow;  // outputs in bf16
};

/// Where the kernel finds its inputs.
enum class Form { Plain, Staged, Normed };

/// Columns [first, last) of all rows to shared memory, for this warp alone.
template <typename Rows>
__device__ void stageInput(const FewRows<Rows>& p, int first, int last, __nv_bfloat16* staged) {
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  for (int row = 0; row < p.numRows; ++row) {
    const __nv_bfloat16* from = p.input + static_cast<std::int64_t>(row) * p.columns;
    for (int column = first + lane * 8; column < last; column += kWarp * 8)
      *reinterpret_cast<uint4*>(staged + row * p.stride + column - first) =
          *reinterpret_cast<const uint4*>(from + column);
  }
  __syncwarp();
}

/// The same of the norm of hidden; kSharing warps hold a row together.
template <int kSharing, typename Rows>
__device__ void stageNorm(const FewRows<Rows>& p, int first, int last, __nv_bfloat16* staged) {
  __shared__ float squares[kMostStagedRows][kWarps];
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  for (int row = 0; row < p.numRows; ++row) {
    const float* from = p.hidden + static_cast<std::int64_t>(row) * p.columns;
    float square = 0.0F;
    for (int column = first + lane * 4; column < last; column += kWarp * 4) {
      const float4 four = *reinterpret_cast<const float4*>(from + column);
      square = fmaf(four.x, four.x, fmaf(four.y, four.y, fmaf(four.z, four.z, fmaf(four.w, four.w, square))));
    }
    square = warpSum(square);
    if (lane == 0) squares[row][warp] = square;
  }
  __syncthreads();
  for (int row = 0; row < p.numRows; ++row) {
    float square = 0.0F;
    for (int w = 0; w < kSharing; ++w) square += squares[row][warp / kSharing * kSharing + w];
    const float factor = rsqrtf(square / static_cast<float>(p.columns) + p.epsilon);
    const float* from = p.hidden + static_cast<std::int64_t>(row) * p.columns;
    for (int column = first + lane * 4; column < last; column += kWarp * 4) {
      const float4 four = *reinterpret_cast<const float4*>(from + column);
      const float4 by = *reinterpret_cast<const float4*>(p.gain + column);
      *reinterpret_cast<uint2*>(staged + row * p.stride + column - first) = {
          pairOf(four.x * factor * by.x, four.y * factor * by.y, __nv_bfloat16{}),
          pairOf(four.z * factor * by.z, four.w * factor * by.w, __nv_bfloat16{})};
    }
  }
  __syncwarp();
}

/// Adds up columns [first, last) for the weight rows `row` and `row8`.
template <typename Tile, int kColumnTiles, Form kForm, int kSharing>
__device__ void multiplyRange(const typename Tile::Rows& weight, std::int64_t row, std::int64_t row8,
                              const FewRows<typename Tile::Rows>& p, int first, int last,
                              float (&sums)[kColumnTiles][4]) {
  extern __shared__ __align__(16) __nv_bfloat16 shared[];  // [kWarps, numRows, stride]
  constexpr int kAhead = Tile::kAhead;
  constexpr int kColumns = Tile::kColumns;
  typename Tile::Loaded loaded[kAhead];
#pragma unroll
  for (int i = 0; i < kAhead; ++i) {
    if (first + i * kColumns < last) Tile::load(weight, row, row8, first + i * kColumns, loaded[i]);
  }
  awaitPrevious();
  letNextCome();
  InputRows<kColumnTiles> inputs(p.input, p.numRows, p.columns);
  if constexpr (kForm != Form::Plain) {
    __nv_bfloat16* staged = shared + static_cast<int>(threadIdx.x) / kWarp * p.numRows * p.stride;
    if constexpr (kForm == Form::Normed)
      stageNorm<kSharing>(p, first, last, staged);
    else
      stageInput(p, first, last, staged);
    inputs = InputRows<kColumnTiles>(staged - first, p.numRows, p.stride);
  }
  for (int column = first; column < last; column += kAhead * kColumns) {
#pragma unroll
    for (int i = 0; i < kAhead; ++i) {
      const int here = column + i * kColumns;
      if (here >= last) break;
      const typename Tile::Loaded now = loaded[i];
      const int next = here + kAhead * kColumns;
      if (next < last) Tile::load(weight, row, row8, next, loaded[i]);
      Tile::template multiply<kColumnTiles>(now, inputs, here, sums);
    }
  }
}

/// Fragments to shared memory: partial[warp][input row][output].
template <int kColumnTiles>
__device__ void keepSums(const float (&sums)[kColumnTiles][4], float (*partial)[kOutputs + 1]) {
  const int g = static_cast<int>(threadIdx.x) % kWarp / 4;
  const int t = static_cast<int>(threadIdx.x) % 4;
#pragma unroll
  for (int c = 0; c < kColumnTiles; ++c) {
#pragma unroll
    for (int i = 0; i < 4; ++i) partial[c * 8 + 2 * t + i % 2][g + i / 2 * 8] = sums[c][i];
  }
}

__device__ inline void writeOutput(void* output, std::int64_t place, float value, bool accumulates,
                                   bool isNarrow) {
  if (isNarrow) {
    static_cast<__nv_bfloat16*>(output)[place] = __float2bfloat16_rn(value);
    return;
  }
  float* to = static_cast<float*>(output) + place;
  *to = accumulates ? *to + value : value;
}

/// kIsGated: parts 0 and 1 are gate and up; half of the warps take one each, and what is written is
/// silu(gate) · up.
template <typename Tile, int kColumnTiles, bool kIsGated, Form kForm>
__global__ void __launch_bounds__(kThreads, 2) fewRowsKernel(const FewRows<typename Tile::Rows> p) {
  __shared__ float partial[kWarps][kColumnTiles * 8][kOutputs + 1];
  constexpr int kSharing = kIsGated ? kWarps / 2 : kWarps;  // warps that share the columns
  const int block = static_cast<int>(blockIdx.x);
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  int index = kIsGated ? warp / kSharing : 0;
  if constexpr (!kIsGated) {
    while (index + 1 < p.numParts && block >= p.parts[index + 1].firstBlock) ++index;
  }
  const auto& part = p.parts[index];
  const int firstOutput = (block - (kIsGated ? 0 : part.firstBlock)) * kOutputs;
  const int g = static_cast<int>(threadIdx.x) % kWarp / 4;
  const int units = p.columns / Tile::kColumns;
  const int share = warp % kSharing;
  float sums[kColumnTiles][4] = {};
  // Beyond the last output, its row is read again and thrown away.
  multiplyRange<Tile, kColumnTiles, kForm, kSharing>(
      part.weight, min(firstOutput + g, part.outputs - 1), min(firstOutput + g + 8, part.outputs - 1), p,
      units * share / kSharing * Tile::kColumns, units * (share + 1) / kSharing * Tile::kColumns, sums);
  keepSums<kColumnTiles>(sums, partial[warp]);
  __syncthreads();
  for (int i = threadIdx.x; i < p.numRows * kOutputs; i += kThreads) {
    const int row = i / kOutputs;
    const int output = firstOutput + i % kOutputs;
    if (output >= part.outputs) continue;
    const auto add = [&](int firstWarp, const float* bias) {
      float sum = bias != nullptr ? bias[output] : 0.0F;
#pragma unroll
      for (int w = 0; w < kSharing; ++w) sum += partial[firstWarp + w][row][i % kOutputs];
      return sum;
    };
    float value = add(0, p.parts[kIsGated ? 0 : index].bias);
    if constexpr (kIsGated) {
      const float up = add(kSharing, p.parts[1].bias);
      value = value / (1.0F + __expf(-value)) * up;
    }
    writeOutput(p.parts[kIsGated ? 0 : index].output, static_cast<std::int64_t>(row) * part.outputs + output,
                value, p.accumulates, p.isNarrow);
  }
}

/// Columns of a warp's row in shared memory, a piece more than it takes so that rows begin in different
/// banks.
template <typename Tile>
int strideOf(int columns, bool isGated) {
  const int sharing = isGated ? kWarps / 2 : kWarps;
  return ceilDivide(columns / Tile::kColumns, sharing) * Tile::kColumns + 8;
}
template <typename Tile>
std::size_t stagedBytes(int rows, int columns, bool isGated) {
  return static_cast<std::size_t>(kWarps) * rows * strideOf<Tile>(columns, isGated) * sizeof(__nv_bfloat16);
}
template <typename Tile>
bool canStage(int rows, int columns, bool isGated) {
  return Tile::kIsTuned && rows <= kMostStagedRows &&
         stagedBytes<Tile>(rows, columns, isGated) <= kMostStagedBytes;
}

template <typename Tile, bool kIsGated>
void launch(CudaContext& context, FewRows<typename Tile::Rows> p, int numBlocks) {
  const dim3 grid(static_cast<unsigned>(numBlocks));
  if constexpr (Tile::kIsTuned) {
    if (canStage<Tile>(p.numRows, p.columns, kIsGated)) {
      p.stride = strideOf<Tile>(p.columns, kIsGated);
      const std::size_t bytes = stagedBytes<Tile>(p.numRows, p.columns, kIsGated);
      if (p.hidden != nullptr)
        return launchChained(context, fewRowsKernel<Tile, 1, kIsGated, Form::Normed>, grid, kThreads, bytes,
                             p);
      return launchChained(context, fewRowsKernel<Tile, 1, kIsGated, Form::Staged>, grid, kThreads, bytes, p);
    }
  }
  if (p.numRows <= 8)
    launchChained(context, fewRowsKernel<Tile, 1, kIsGated, Form::Plain>, grid, kThreads, 0, p);
  else
    launchChained(context, fewRowsKernel<Tile, 2, kIsGated, Form::Plain>, grid, kThreads, 0, p);
}

/// Calls with the tile of this type and a function that makes its rows of a view.
template <typename Call>
void withTile(DataType type, Call call) {
  switch (type) {
    case DataType::BF16:
      return call(TileBF16{}, plainRows<__nv_bfloat16>);
    case DataType::F16:
      return call(TileAny<PlainRows<__half>>{}, plainRows<__half>);
    case DataType::Q8_0:
      return call(TileQ8_0{}, repackedQ8_0);
    case DataType::Q4_K:
      return call(TileQ4_K{}, repackedQ4_K);
    case DataType::Q6_K:
      return call(TileQ6_K{}, repackedQ6_K);
    case DataType::Q4_0:
      return call(TileAny<BlockRows<BlockQ4_0>>{}, blockRows<BlockQ4_0>);
    case DataType::Q5_K:
      return call(TileAny<BlockRows<BlockQ5_K>>{}, blockRows<BlockQ5_K>);
    case DataType::MXFP4:
      return call(TileAny<BlockRows<BlockMXFP4>>{}, blockRows<BlockMXFP4>);
    default:
      return;  // no tile
  }
}

template <typename Rows>
Part<Rows> partOf(const MatmulArguments& a, Rows rows, int firstBlock) {
  return {rows, static_cast<const float*>(a.bias.data), a.output.data, static_cast<int>(a.weight.rows),
          firstBlock};
}

/// What the parts share.
template <typename Rows>
FewRows<Rows> fewRowsOf(const MatmulArguments& a, const RmsNormArguments* norm) {
  FewRows<Rows> p{};
  p.input = static_cast<const __nv_bfloat16*>(a.input.data);
  p.numRows = static_cast<int>(a.input.rows);
  p.columns = static_cast<int>(a.input.columns);
  p.accumulates = a.accumulate;
  p.isNarrow = a.output.type == DataType::BF16;
  if (norm == nullptr) return p;
  p.hidden = static_cast<const float*>(norm->input.data);
  p.gain = static_cast<const float*>(norm->gain.data);
  p.epsilon = norm->epsilon;
  return p;
}

}  // namespace

bool fewRowsFit(const MatmulArguments& a) {
  if (a.input.type != DataType::BF16 || a.input.rows > kMostFewRows) return false;
  bool fits = false;
  withTile(a.weight.type, [&](auto tile, auto) { fits = a.weight.columns % decltype(tile)::kColumns == 0; });
  return fits;
}

bool fewRowsTakeNorm(const MatmulArguments& a, bool isGated) {
  bool takes = false;
  withTile(a.weight.type, [&](auto tile, auto) {
    takes =
        canStage<decltype(tile)>(static_cast<int>(a.input.rows), static_cast<int>(a.input.columns), isGated);
  });
  return takes && fewRowsFit(a);
}

void multiplyFewRows(CudaContext& context, std::span<const MatmulArguments> products,
                     const RmsNormArguments* norm) {
  withTile(products.front().weight.type, [&](auto tile, auto rowsOf) {
    using Tile = decltype(tile);
    auto p = fewRowsOf<typename Tile::Rows>(products.front(), norm);
    p.numParts = static_cast<int>(products.size());
    int numBlocks = 0;
    for (int i = 0; i < p.numParts; ++i) {
      p.parts[i] = partOf(products[i], rowsOf(products[i].weight), numBlocks);
      numBlocks += ceilDivide(p.parts[i].outputs, kOutputs);
    }
    launch<Tile, false>(context, p, numBlocks);
  });
}

void multiplyGated(CudaContext& context, const MatmulArguments& gate, const MatmulArguments& up,
                   const RmsNormArguments* norm) {
  withTile(gate.weight.type, [&](auto tile, auto rowsOf) {
    using Tile = decltype(tile);
    auto p = fewRowsOf<typename Tile::Rows>(gate, norm);
    p.numParts = 2;
    p.parts[0] = partOf(gate, rowsOf(gate.weight), 0);
    p.parts[1] = partOf(up, rowsOf(up.weight), 0);
    launch<Tile, true>(context, p, ceilDivide(p.parts[0].outputs, kOutputs));
  });
}

}  // namespace zipage::cuda
