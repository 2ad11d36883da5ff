// Products with up to sixteen rows of bf16 inputs, bound by reading the weight once. A block makes sixteen
// outputs for all rows: its eight warps share the columns, each streams its part of sixteen weight rows
// through tensor cores, and their sums are added in order. What a row gets depends neither on how many others
// there are nor on which of the block's outputs it stands beside.
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
  const __nv_bfloat16* input;
  int numRows, columns;
  bool accumulates;
  bool isNarrow;  // outputs in bf16
};

/// Adds up columns [first, last) for the weight rows `row` and `row8`.
template <typename Tile, int kColumnTiles>
__device__ void multiplyRange(const typename Tile::Rows& weight, std::int64_t row, std::int64_t row8,
                              const FewRows<typename Tile::Rows>& p, int first, int last,
                              float (&sums)[kColumnTiles][4]) {
  constexpr int kAhead = Tile::kAhead;
  constexpr int kColumns = Tile::kColumns;
  typename Tile::Loaded loaded[kAhead];
#pragma unroll
  for (int i = 0; i < kAhead; ++i) {
    if (first + i * kColumns < last) Tile::load(weight, row, row8, first + i * kColumns, loaded[i]);
  }
  awaitPrevious();
  letNextCome();
  const InputRows<kColumnTiles> inputs(p.input, p.numRows, p.columns);
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
template <typename Tile, int kColumnTiles, bool kIsGated>
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
  multiplyRange<Tile, kColumnTiles>(
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

template <typename Tile, bool kIsGated>
void launch(CudaContext& context, const FewRows<typename Tile::Rows>& p, int numBlocks) {
  const dim3 grid(static_cast<unsigned>(numBlocks));
  if (p.numRows <= 8)
    launchChained(context, fewRowsKernel<Tile, 1, kIsGated>, grid, kThreads, 0, p);
  else
    launchChained(context, fewRowsKernel<Tile, 2, kIsGated>, grid, kThreads, 0, p);
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

template <typename Tile, typename Rows>
Part<Rows> partOf(const MatmulArguments& a, Rows rows, int firstBlock) {
  return {rows, static_cast<const float*>(a.bias.data), a.output.data, static_cast<int>(a.weight.rows),
          firstBlock};
}

}  // namespace

bool fewRowsFit(const MatmulArguments& a) {
  if (a.input.type != DataType::BF16 || a.input.rows > kMostFewRows) return false;
  bool fits = false;
  withTile(a.weight.type, [&](auto tile, auto) { fits = a.weight.columns % decltype(tile)::kColumns == 0; });
  return fits;
}

void multiplyFewRows(CudaContext& context, std::span<const MatmulArguments> products) {
  const MatmulArguments& first = products.front();
  withTile(first.weight.type, [&](auto tile, auto rowsOf) {
    using Tile = decltype(tile);
    FewRows<typename Tile::Rows> p{};
    p.numParts = static_cast<int>(products.size());
    p.input = static_cast<const __nv_bfloat16*>(first.input.data);
    p.numRows = static_cast<int>(first.input.rows);
    p.columns = static_cast<int>(first.input.columns);
    p.accumulates = first.accumulate;
    p.isNarrow = first.output.type == DataType::BF16;
    int numBlocks = 0;
    for (int i = 0; i < p.numParts; ++i) {
      p.parts[i] = partOf<Tile>(products[i], rowsOf(products[i].weight), numBlocks);
      numBlocks += ceilDivide(p.parts[i].outputs, kOutputs);
    }
    launch<Tile, false>(context, p, numBlocks);
  });
}

void multiplyGated(CudaContext& context, const MatmulArguments& gate, const MatmulArguments& up) {
  withTile(gate.weight.type, [&](auto tile, auto rowsOf) {
    using Tile = decltype(tile);
    FewRows<typename Tile::Rows> p{};
    p.numParts = 2;
    p.input = static_cast<const __nv_bfloat16*>(gate.input.data);
    p.numRows = static_cast<int>(gate.input.rows);
    p.columns = static_cast<int>(gate.input.columns);
    p.isNarrow = gate.output.type == DataType::BF16;
    p.parts[0] = partOf<Tile>(gate, rowsOf(gate.weight), 0);
    p.parts[1] = partOf<Tile>(up, rowsOf(up.weight), 0);
    launch<Tile, true>(context, p, ceilDivide(p.parts[0].outputs, kOutputs));
  });
}

}  // namespace zipage::cuda
