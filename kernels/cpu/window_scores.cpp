// Step 1 of a compression: how much attention the last queries pay to each entry.
#include <algorithm>
#include <limits>

#include "kernels/cpu/ops.h"
#include "kernels/cpu/sequence_rows.h"
#include "kernels/cpu/vector_math.h"

namespace zipage::cpu {

namespace {

struct HeadScratch {
  float* keys;     // [n, D]
  float* scores;   // [n]
  float* largest;  // [n]
  float* query;    // [H · D]
};

/// scores = softmax over the entries that the query's token could see.
void attendRow(const WindowScoresArguments& a, const float* query, std::int32_t position,
               const std::int32_t* positions, const HeadScratch& scratch) {
  const int n = a.entries.numEntries;
  const int headDim = a.entries.kv.headDim;
  constexpr float kMasked = -std::numeric_limits<float>::infinity();
  float top = kMasked;
  for (int j = 0; j < n; ++j) {
    const bool visible = positions[j] <= position;
    scratch.scores[j] =
        visible ? dotProduct(query, scratch.keys + static_cast<std::size_t>(j) * headDim, headDim) * a.scale
                : kMasked;
    top = std::max(top, scratch.scores[j]);
  }
  if (top == kMasked) {
    std::fill_n(scratch.scores, n, 0.0F);
    return;
  }
  // exp of minus infinity would be a special case of the vector code; a score far below the top is as good.
  for (int j = 0; j < n; ++j) scratch.scores[j] = std::max(scratch.scores[j], top - 200.0F);
  const float sum = exponentials(scratch.scores, top, static_cast<std::size_t>(n));
  scaleBy(scratch.scores, 1.0F / sum, nullptr, scratch.scores, static_cast<std::size_t>(n));
  for (int j = 0; j < n; ++j) {
    if (positions[j] > position) scratch.scores[j] = 0.0F;
  }
}

void scoreHead(const WindowScoresArguments& a, int layer, int kvHead, const HeadScratch& scratch,
               std::int32_t* positions) {
  const PagedKv& kv = a.entries.kv;
  const int n = a.entries.numEntries;
  const int group = a.window.queryHeads / kv.kvHeads;
  readKeys(a.entries, layer, kvHead, scratch.keys);
  readPositions(a.entries, layer, kvHead, positions);
  float* attention = a.attention + (static_cast<std::size_t>(layer) * kv.kvHeads + kvHead) * n;
  std::fill_n(attention, n, 0.0F);
  for (int i = 0; i < a.numRows; ++i) {
    const std::int32_t position = a.lastPosition - (a.numRows - 1 - i);
    const int row = position % a.window.windowTokens;
    widen(a.window.row(layer, a.querySlot, row), a.window.type, scratch.query,
          static_cast<std::size_t>(a.window.queryHeads) * kv.headDim);
    std::fill_n(scratch.largest, n, 0.0F);
    for (int h = kvHead * group; h < (kvHead + 1) * group; ++h) {
      attendRow(a, scratch.query + static_cast<std::size_t>(h) * kv.headDim, position, positions, scratch);
      for (int j = 0; j < n; ++j) scratch.largest[j] = std::max(scratch.largest[j], scratch.scores[j]);
    }
    for (int j = 0; j < n; ++j) attention[j] += scratch.largest[j];
  }
  for (int j = 0; j < n; ++j) attention[j] /= static_cast<float>(a.numRows);
}

}  // namespace

void windowScores(CpuContext& context, const WindowScoresArguments& a) {
  const PagedKv& kv = a.entries.kv;
  const auto n = static_cast<std::size_t>(a.entries.numEntries);
  const auto queryWidth = static_cast<std::size_t>(a.window.queryHeads) * kv.headDim;
  const int numTasks = kv.numLayers * kv.kvHeads;
  constexpr std::int64_t kLarge = 1 << 30;  // a compression is always worth every thread
  context.parallelFor(numTasks, kLarge, [&](std::int64_t index, int thread) {
    const int task = static_cast<int>(index);
    float* floats = context.threadScratch(thread, n * (kv.headDim + 3) + queryWidth);
    const HeadScratch scratch{floats, floats + n * kv.headDim, floats + n * (kv.headDim + 1),
                              floats + n * (kv.headDim + 3)};
    auto* positions = reinterpret_cast<std::int32_t*>(floats + n * (kv.headDim + 2));
    scoreHead(a, task / kv.kvHeads, task % kv.kvHeads, scratch, positions);
  });
}

}  // namespace zipage::cpu
