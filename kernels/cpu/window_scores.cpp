// Step 1 of a compression: how much attention the last queries pay to each entry. One task is one (layer, KV
// head): the scores of all its rows and heads come out of one pass over the keys.
#include <algorithm>

#include "kernels/cpu/ops.h"
#include "kernels/cpu/row_products.h"
#include "kernels/cpu/sequence_rows.h"
#include "kernels/cpu/vector_math.h"

namespace zipage::cpu {

namespace {

/// Rows are the query heads of the group for each token of the window, oldest token first.
struct HeadScratch {
  HeadScratch(float* floats, std::size_t rows, std::size_t n, std::size_t headDim)
      : queries(floats), scores(queries + rows * headDim), largest(scores + rows * n) {
    positions = reinterpret_cast<std::int32_t*>(largest + n);
    widePage = largest + 2 * n;
  }
  static std::size_t floats(std::size_t rows, std::size_t n, const PagedKv& kv) {
    const std::size_t page =
        isQuantised(kv.type) ? static_cast<std::size_t>(kv.pageTokens) * static_cast<std::size_t>(kv.headDim)
                             : 0;
    return rows * (static_cast<std::size_t>(kv.headDim) + n) + 2 * n + page;
  }

  float* queries;           // [rows, D], scaled
  float* scores;            // [rows, n]
  float* largest;           // [n]
  std::int32_t* positions;  // [n]
  float* widePage;          // [pageTokens, D], of quantised pages only
};

std::int32_t positionOf(const WindowScoresArguments& a, int row) {
  return a.lastPosition - (a.numRows - 1 - row);
}

void readQueries(const WindowScoresArguments& a, int layer, int kvHead, int group, float* queries) {
  const int headDim = a.window.headDim;
  const auto width = static_cast<std::size_t>(group) * headDim;
  for (int i = 0; i < a.numRows; ++i) {
    const std::byte* row = a.window.row(layer, a.querySlot, positionOf(a, i) % a.window.windowTokens);
    float* to = queries + i * width;
    widen(row + bytesOf(a.window.type, static_cast<std::int64_t>(kvHead) * group * headDim), a.window.type,
          to, width);
    scaleBy(to, a.scale, nullptr, to, width);
  }
}

void scoreKeys(const WindowScoresArguments& a, int layer, int kvHead, std::size_t rows,
               const HeadScratch& s) {
  const PagedKv& kv = a.entries.kv;
  const int n = a.entries.numEntries;
  for (int first = 0; first < n; first += kv.pageTokens) {
    const int count = std::min(kv.pageTokens, n - first);
    const void* keys = kv.keyTile(layer, a.entries.pageTable[first / kv.pageTokens], kvHead);
    const auto headDim = static_cast<std::size_t>(kv.headDim);
    if (isQuantised(kv.type)) widen(keys, kv.type, s.widePage, static_cast<std::size_t>(count) * headDim);
    rowProducts(s.queries, rows, isQuantised(kv.type) ? s.widePage : keys,
                isQuantised(kv.type) ? DataType::F32 : kv.type, static_cast<std::size_t>(count), headDim,
                s.scores + first, static_cast<std::size_t>(n));
  }
}

/// Scores of one row become its softmax over the entries that its token could see; the others become 0.
void softmaxRow(float* scores, const std::int32_t* positions, std::int32_t position, int n) {
  constexpr float kHidden = -1e30F;  // finite, so that a row that sees nothing is not NaN
  float top = kHidden;
  for (int j = 0; j < n; ++j) {
    scores[j] = positions[j] <= position ? scores[j] : kHidden;
    top = scores[j] > top ? scores[j] : top;
  }
  const float sum = exponentials(scores, top, static_cast<std::size_t>(n));
  scaleBy(scores, top > kHidden ? 1.0F / sum : 0.0F, nullptr, scores, static_cast<std::size_t>(n));
}

void scoreHead(const WindowScoresArguments& a, int layer, int kvHead, int group, const HeadScratch& s) {
  const int n = a.entries.numEntries;
  readPositions(a.entries, layer, kvHead, s.positions);
  readQueries(a, layer, kvHead, group, s.queries);
  scoreKeys(a, layer, kvHead, static_cast<std::size_t>(a.numRows) * group, s);
  float* attention = a.attention + (static_cast<std::size_t>(layer) * a.entries.kv.kvHeads + kvHead) * n;
  std::fill_n(attention, n, 0.0F);
  for (int i = 0; i < a.numRows; ++i) {
    std::fill_n(s.largest, n, 0.0F);
    for (int h = 0; h < group; ++h) {
      float* scores = s.scores + (static_cast<std::size_t>(i) * group + h) * n;
      softmaxRow(scores, s.positions, positionOf(a, i), n);
      for (int j = 0; j < n; ++j) s.largest[j] = scores[j] > s.largest[j] ? scores[j] : s.largest[j];
    }
    for (int j = 0; j < n; ++j) attention[j] += s.largest[j];
  }
  for (int j = 0; j < n; ++j) attention[j] /= static_cast<float>(a.numRows);
}

}  // namespace

void windowScores(CpuContext& context, const WindowScoresArguments& a) {
  const PagedKv& kv = a.entries.kv;
  const int group = a.window.queryHeads / kv.kvHeads;
  const auto n = static_cast<std::size_t>(a.entries.numEntries);
  const auto rows = static_cast<std::size_t>(a.numRows) * group;
  const int numTasks = kv.numLayers * kv.kvHeads;
  const auto work = static_cast<std::int64_t>(rows * n) * kv.headDim * numTasks;
  context.parallelFor(numTasks, work, [&](std::int64_t task, int thread) {
    float* floats = context.threadScratch(thread, HeadScratch::floats(rows, n, kv));
    scoreHead(a, static_cast<int>(task / kv.kvHeads), static_cast<int>(task % kv.kvHeads), group,
              HeadScratch(floats, rows, n, kv.headDim));
  });
}

}  // namespace zipage::cpu
