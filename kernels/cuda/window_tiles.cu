// Step 1 of a compression on tensor cores. A warp takes 32 entries and all rows of the window, a product of
// 16 entries with 8 rows at a time; nothing of the size [rows, n] is ever stored. One pass measures each
// row's softmax, by blocks of entries; a second one makes the same scores again and joins each entry's rows.
//
// Bound, for 2,304 entries of 288 heads of 128 (Qwen3-8B): keys are read twice, 340 MB, 0.08 ms at 4.3 TB/s;
// two times 11 GFLOP are less than half of that.
#include <climits>

#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/sequence_rows.cuh"
#include "kernels/cuda/tensor_tile.cuh"
#include "kernels/cuda/window_tiles.h"

namespace zipage::cuda {

namespace {

constexpr int kWarps = 8;
constexpr int kThreads = kWarps * kWarp;
constexpr float kHidden = -1e30F;  // finite, so that a row that sees nothing is not NaN
constexpr std::size_t kMostShared = 160 * 1024;

struct TensorWindow {
  WindowScoresArguments a;
  int group;       // query heads of a KV head
  int spread;      // columns that a token's heads take: a power of two, at most 8
  int columns;     // of all tokens, a multiple of 8
  int blocks;      // of entries
  float scale;     // to scores by powers of two
  float2* shapes;  // [L · G, columns, blocks]: largest score, sum of weights

  __device__ int positionOf(int column) const { return a.lastPosition - (a.numRows - 1 - column / spread); }
};

/// The queries of the window, a row of the tile for each column; zeros where a column belongs to no head.
template <typename Piece, int kChunks>
__device__ void loadQueries(const TensorWindow& w, HeadPlace at, RowTile<kChunks> queries) {
  constexpr int kPieces = RowTile<kChunks>::kPieces;
  const WindowScoresArguments& a = w.a;
  const int headDim = a.entries.kv.headDim;
  for (int i = static_cast<int>(threadIdx.x); i < w.columns * kPieces; i += kThreads) {
    const int column = i / kPieces;
    const int piece = i % kPieces;
    const int head = column % w.spread;
    uint4 numbers{};
    if (column / w.spread < a.numRows && head < w.group && piece * 8 < headDim) {
      const std::byte* row =
          a.window.row(at.layer, a.querySlot, w.positionOf(column) % a.window.windowTokens);
      numbers = convertPiece<Piece>(row, a.window.type, (at.head * w.group + head) * headDim + piece * 8);
    }
    queries.at(column, piece) = numbers;
  }
}

/// What its softmax divides each row by, out of all blocks, in order: largest score, 1 / (sum · rows).
__device__ float2 joinedShape(const TensorWindow& w, int pair, int column) {
  const float2* shapes = w.shapes + (static_cast<std::int64_t>(pair) * w.columns + column) * w.blocks;
  float top = kHidden;
  for (int block = 0; block < w.blocks; ++block) top = fmaxf(top, shapes[block].x);
  float sum = 0.0F;
  for (int block = 0; block < w.blocks; ++block)
    sum = fmaf(shapes[block].y, powerOfTwo(shapes[block].x - top), sum);
  const bool isUsed = column / w.spread < w.a.numRows && column % w.spread < w.group && top > kHidden;
  return {top, isUsed ? 1.0F / (sum * static_cast<float>(w.a.numRows)) : 0.0F};
}

template <int kRows>
__device__ float largestOf(const float (&values)[kRows]) {
  float largest = values[0];
#pragma unroll
  for (int r = 1; r < kRows; ++r) largest = fmaxf(largest, values[r]);
  return largest;
}

/// Largest score and sum of weights of one column over the entries of a warp; on every lane that has the
/// column.
template <int kRows>
__device__ float2 shapeOf(const float (&scores)[kRows]) {
  float top = largestOf(scores);
#pragma unroll
  for (int offset = 4; offset < kWarp; offset *= 2) top = fmaxf(top, __shfl_xor_sync(kAllLanes, top, offset));
  float sum = 0.0F;
#pragma unroll
  for (int r = 0; r < kRows; ++r) sum += powerOfTwo(scores[r] - top);
#pragma unroll
  for (int offset = 4; offset < kWarp; offset *= 2) sum += __shfl_xor_sync(kAllLanes, sum, offset);
  return {top, sum};
}

/// The share of attention of one token, its heads' largest, where this lane is the one that adds it.
__device__ float shareOf(const TensorWindow& w, float first, float second) {
  if (w.spread == 1) return first + second;
  float largest = fmaxf(first, second);
  if (w.spread >= 4) largest = fmaxf(largest, __shfl_xor_sync(kAllLanes, largest, 1));
  if (w.spread == 8) largest = fmaxf(largest, __shfl_xor_sync(kAllLanes, largest, 2));
  return static_cast<int>(threadIdx.x) % (w.spread / 2) == 0 ? largest : 0.0F;
}

/// kTiles · 16 entries a warp.
template <typename Entry, int kChunks, int kTiles, bool kJoins>
__global__ void __launch_bounds__(kThreads, 2) windowKernel(const __grid_constant__ TensorWindow w) {
  awaitPrevious();
  letNextCome();
  using Piece = typename EntryRow<Entry>::Piece;
  constexpr int kRows = kTiles * 2;  // entries of each thread
  extern __shared__ uint4 shared[];
  const RowTile<kChunks> queries{shared};
  // Of each warp and column while the rows are measured; of each column when they are joined.
  auto* shapes = reinterpret_cast<float2*>(shared + w.columns * RowTile<kChunks>::kPieces);
  const SequenceEntries& entries = w.a.entries;
  const int n = entries.numEntries;
  // Backwards over the keys that have just been measured: the last of them are still in the cache.
  const int pair = static_cast<int>(kJoins ? gridDim.y - 1 - blockIdx.y : blockIdx.y);
  const HeadPlace at = placeOf(entries.kv, pair);
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int firstEntry = (static_cast<int>(blockIdx.x) * kWarps + warp) * kTiles * 16 + lane / 4;

  uint4 keys[kRows][kChunks];
  int positions[kRows];
#pragma unroll
  for (int r = 0; r < kRows; ++r) {
    const int entry = firstEntry + 8 * r;
    const bool isThere = entry < n;
    positions[r] = isThere ? entries.kv.positions[slotOf(entries, at, entry)] : INT_MAX;
    const auto key = keyOf<Entry>(entries, at, isThere ? entry : 0);
#pragma unroll
    for (int c = 0; c < kChunks; ++c) {
      const int column = c * kChunkColumns + lane % 4 * 8;
      keys[r][c] = isThere && column < entries.kv.headDim ? key.loadPiece(column) : uint4{};
    }
  }
  loadQueries<Piece>(w, at, queries);
  if constexpr (kJoins) {
    for (int column = static_cast<int>(threadIdx.x); column < w.columns; column += kThreads)
      shapes[column] = joinedShape(w, pair, column);
  }
  __syncthreads();

  float shares[kRows] = {};
  for (int first = 0; first < w.columns; first += 8) {
    float sums[kTiles][4] = {};
#pragma unroll
    for (int c = 0; c < kChunks; ++c) {
      const uint4 query = queries.chunk(first, c);
#pragma unroll
      for (int m = 0; m < kTiles; ++m)
        multiplyChunk<Piece>(sums[m], keys[2 * m][c], keys[2 * m + 1][c], query);
    }
    const int column = first + lane % 4 * 2;
    float scores[2][kRows];
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      const int position = w.positionOf(column + i);
#pragma unroll
      for (int r = 0; r < kRows; ++r)
        scores[i][r] = positions[r] <= position ? sums[r / 2][r % 2 * 2 + i] * w.scale : kHidden;
    }
    if constexpr (kJoins) {
      const float2 left = shapes[column];
      const float2 right = shapes[column + 1];
#pragma unroll
      for (int r = 0; r < kRows; ++r)
        shares[r] += shareOf(w, powerOfTwo(scores[0][r] - left.x) * left.y,
                             powerOfTwo(scores[1][r] - right.x) * right.y);
    } else {
      const float2 left = shapeOf(scores[0]);
      const float2 right = shapeOf(scores[1]);
      if (lane < 4) {
        shapes[warp * w.columns + column] = left;
        shapes[warp * w.columns + column + 1] = right;
      }
    }
  }

  if constexpr (kJoins) {
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      shares[r] += __shfl_xor_sync(kAllLanes, shares[r], 1);
      shares[r] += __shfl_xor_sync(kAllLanes, shares[r], 2);
      const int entry = firstEntry + 8 * r;
      if (lane % 4 == 0 && entry < n) w.a.attention[static_cast<std::int64_t>(pair) * n + entry] = shares[r];
    }
  } else {
    __syncthreads();
    for (int column = static_cast<int>(threadIdx.x); column < w.columns; column += kThreads) {
      float top = kHidden;
      for (int i = 0; i < kWarps; ++i) top = fmaxf(top, shapes[i * w.columns + column].x);
      float sum = 0.0F;
      for (int i = 0; i < kWarps; ++i) {
        const float2 shape = shapes[i * w.columns + column];
        sum = fmaf(shape.y, powerOfTwo(shape.x - top), sum);
      }
      w.shapes[(static_cast<std::int64_t>(pair) * w.columns + column) * w.blocks + blockIdx.x] = {top, sum};
    }
  }
}

template <typename Entry, int kChunks>
bool launch(CudaContext& context, TensorWindow w) {
  constexpr int kTiles = kChunks <= 4 ? 2 : 1;  // what a thread's registers hold
  const std::size_t bytes = RowTile<kChunks>::bytes(w.columns) + kWarps * w.columns * sizeof(float2);
  if (bytes > kMostShared) return false;
  const int pairs = w.a.entries.kv.numLayers * w.a.entries.kv.kvHeads;
  w.blocks = ceilDivide(w.a.entries.numEntries, kWarps * kTiles * 16);
  w.shapes = reinterpret_cast<float2*>(
      context.scratch(static_cast<std::size_t>(pairs) * w.columns * w.blocks * sizeof(float2)));
  if (w.shapes == nullptr) return true;
  const dim3 grid(static_cast<unsigned>(w.blocks), static_cast<unsigned>(pairs));
  const auto enqueue = [&](auto* kernel) {
    if (bytes > 48 * 1024) {
      context.remember(
          cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)));
    }
    launchChained(context, kernel, grid, kThreads, bytes, w);
  };
  enqueue(windowKernel<Entry, kChunks, kTiles, false>);
  enqueue(windowKernel<Entry, kChunks, kTiles, true>);
  context.rememberLaunch();
  return true;
}

}  // namespace

bool tensorWindowScores(CudaContext& context, const WindowScoresArguments& a) {
  const PagedKv& kv = a.entries.kv;
  TensorWindow w{a};
  w.group = a.window.queryHeads / kv.kvHeads;
  if (kv.headDim % 8 != 0 || kv.headDim > 256 || w.group > 8) return false;
  w.spread = w.group <= 1 ? 1 : w.group <= 2 ? 2 : w.group <= 4 ? 4 : 8;
  w.columns = ceilDivide(a.numRows * w.spread, 8) * 8;
  w.scale = a.scale * 1.4426950408889634F;
  bool isDone = false;
  withTensorEntry(kv.type, [&](auto entry) {
    withChunks(kv.headDim,
               [&](auto chunks) { isDone = launch<decltype(entry), decltype(chunks)::value>(context, w); });
  });
  return isDone;
}

}  // namespace zipage::cuda
