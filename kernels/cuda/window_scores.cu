// Step 1 of a compression: how much attention the last queries pay to each entry. On tensor cores where the
// mode and the shape allow it (window_tiles.cu), else from here: scores of some heads at a time go to
// scratch; then each row's softmax is measured, and each entry joins its rows.
#include "kernels/cuda/dot_tile.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/sequence_rows.cuh"
#include "kernels/cuda/support.cuh"
#include "kernels/cuda/window_tiles.h"

namespace zipage::cuda {

namespace {

struct Window {
  WindowScoresArguments a;
  int group;
  int rows;        // numRows · group, oldest token first
  int firstPair;   // (layer, KV head) of the first block
  float* scores;   // [pairs, rows, n]
  float2* shapes;  // [pairs, rows]: largest score, 1 / sum of weights
};

__device__ int positionOf(const WindowScoresArguments& a, int row) {
  return a.lastPosition - (a.numRows - 1 - row);
}

template <typename Query, typename Entry>
__global__ void __launch_bounds__(kTileThreads) scoreKernel(Window w) {
  __shared__ TileShared shared;
  const WindowScoresArguments& a = w.a;
  const int n = a.entries.numEntries;
  const int headDim = a.entries.kv.headDim;
  const int pair = static_cast<int>(blockIdx.z);
  const HeadPlace at = placeOf(a.entries.kv, w.firstPair + pair);
  const int firstRow = static_cast<int>(blockIdx.y) * kTileRows;
  const int firstEntry = static_cast<int>(blockIdx.x) * kTileRows;
  const auto queryAt = [&](int r, int k) {
    const int row = firstRow + r;
    if (row >= w.rows) return 0.0F;
    const auto* query = reinterpret_cast<const Query*>(
        a.window.row(at.layer, a.querySlot, positionOf(a, row / w.group) % a.window.windowTokens));
    return widen(query[(at.head * w.group + row % w.group) * headDim + k]) * a.scale;
  };
  const auto keyAt = [&](int r, int k) {
    return firstEntry + r < n ? keyOf<Entry>(a.entries, at, firstEntry + r).at(k) : 0.0F;
  };
  float sums[4][4];
  tileProducts(shared, headDim, queryAt, keyAt, sums);
  const int row = firstRow + static_cast<int>(threadIdx.x) / 16 * 4;
  const int entry = firstEntry + static_cast<int>(threadIdx.x) % 16 * 4;
  for (int j = 0; j < 4 && entry + j < n; ++j) {
    const int position = a.entries.kv.positions[slotOf(a.entries, at, entry + j)];
    for (int i = 0; i < 4 && row + i < w.rows; ++i) {
      const bool isSeen = position <= positionOf(a, (row + i) / w.group);
      w.scores[(static_cast<std::int64_t>(pair) * w.rows + row + i) * n + entry + j] =
          isSeen ? sums[i][j] : -1e30F;
    }
  }
}

__global__ void measureKernel(Window w) {
  const int n = w.a.entries.numEntries;
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.y) * w.rows + blockIdx.x;
  const float* scores = w.scores + row * n;
  float top = -1e30F;
  for (int j = threadIdx.x; j < n; j += blockDim.x) top = fmaxf(top, scores[j]);
  top = joinBlock(top, Largest{});
  float sum = 0.0F;
  for (int j = threadIdx.x; j < n; j += blockDim.x) sum += expf(scores[j] - top);
  sum = joinBlock(sum, Sum{});
  // A row that sees nothing pays no attention.
  if (threadIdx.x == 0) w.shapes[row] = {top, top > -1e30F ? 1.0F / sum : 0.0F};
}

__global__ void joinKernel(Window w) {
  const int n = w.a.entries.numEntries;
  const int j = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (j >= n) return;
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.y) * w.rows;
  float total = 0.0F;
  for (int token = 0; token < w.a.numRows; ++token) {
    float largest = 0.0F;
    for (int h = 0; h < w.group; ++h) {
      const std::int64_t row = first + token * w.group + h;
      const float2 shape = w.shapes[row];
      largest = fmaxf(largest, expf(w.scores[row * n + j] - shape.x) * shape.y);
    }
    total += largest;
  }
  w.a.attention[(static_cast<std::int64_t>(w.firstPair) + blockIdx.y) * n + j] =
      total / static_cast<float>(w.a.numRows);
}

}  // namespace

void windowScores(CudaContext& context, const WindowScoresArguments& a) {
  const PagedKv& kv = a.entries.kv;
  const int n = a.entries.numEntries;
  if (n == 0 || (!context.isExact() && tensorWindowScores(context, a))) return;
  Window w{a};
  w.group = a.window.queryHeads / kv.kvHeads;
  w.rows = a.numRows * w.group;
  const int numPairs = kv.numLayers * kv.kvHeads;
  const std::size_t perPair = static_cast<std::size_t>(w.rows) * (n * sizeof(float) + sizeof(float2));
  const int pairs = headsAtATime(numPairs, perPair);
  std::byte* scratch = context.scratch(perPair * pairs);
  if (scratch == nullptr) return;
  w.shapes = reinterpret_cast<float2*>(scratch);
  w.scores = reinterpret_cast<float*>(w.shapes + static_cast<std::size_t>(w.rows) * pairs);
  for (w.firstPair = 0; w.firstPair < numPairs; w.firstPair += pairs) {
    const auto count = static_cast<unsigned>(std::min(pairs, numPairs - w.firstPair));
    const dim3 tiles(static_cast<unsigned>(ceilDivide(n, kTileRows)),
                     static_cast<unsigned>(ceilDivide(w.rows, kTileRows)), count);
    withEntry(kv.type, [&](auto entry) {
      withElement(a.window.type, [&](auto query) {
        scoreKernel<decltype(query), decltype(entry)><<<tiles, kTileThreads, 0, context.stream()>>>(w);
      });
    });
    measureKernel<<<dim3(static_cast<unsigned>(w.rows), count), 256, 0, context.stream()>>>(w);
    joinKernel<<<dim3(static_cast<unsigned>(ceilDivide(n, 256)), count), 256, 0, context.stream()>>>(w);
  }
  context.rememberLaunch();
}

}  // namespace zipage::cuda
