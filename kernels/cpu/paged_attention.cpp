// Attention over pages. One task is one KV head and some consecutive tokens of one sequence: their query
// heads are the rows that share every key and value that is read. Pages pass in tiles of up to kTile entries
// with a running maximum and sum. A row's arithmetic is fixed by its own pages: other rows, the chunk and the
// threads change no bit of it.
#include "kernels/cpu/half.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/vector_math.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/paged_attention.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "kernels/cpu/attention_task.h"
#include "kernels/cpu/dot_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace zipage {
namespace HWY_NAMESPACE {

using cpu::AttentionTask;
using cpu::kTile;

HWY_INLINE float elementOf(float value) { return value; }
HWY_INLINE float elementOf(hwy::float16_t value) { return floatFromHalf(value); }
HWY_INLINE float elementOf(hwy::bfloat16_t value) { return hwy::F32FromBF16(value); }

HWY_INLINE float exponentialOf(float x) {
  const hn::Full128<float> quad;
  return hn::GetLane(hn::Exp(quad, hn::Set(quad, x)));
}

/// Scores [kTile] of one row become weights; `visible` of them count, the others become 0. Returns what the
/// sums so far are to be multiplied by.
HWY_INLINE float weighRow(float* HWY_RESTRICT scores, int visible, int count, float& largest, float& sum) {
  const FloatTag d;
  constexpr float kHidden = -1e30F;
  for (int e = visible; e < kTile && e < count + static_cast<int>(kLanes); ++e) scores[e] = kHidden;
  if (visible <= 0) {
    for (int e = 0; e < count; ++e) scores[e] = 0.0F;
    return 1.0F;
  }
  FloatVector top = hn::Set(d, largest);
  for (int e = 0; e < visible; e += kLanes) top = hn::Max(top, hn::LoadU(d, scores + e));
  const float newLargest = hn::GetLane(hn::MaxOfLanes(d, top));
  const FloatVector down = hn::Set(d, newLargest);
  FloatVector total = hn::Zero(d);
  for (int e = 0; e < count; e += kLanes) {
    const FloatVector weight = hn::Exp(d, hn::Sub(hn::LoadU(d, scores + e), down));
    hn::StoreU(weight, d, scores + e);
    total = hn::Add(total, weight);
  }
  const float shrink = newLargest > largest ? exponentialOf(largest - newLargest) : 1.0F;
  largest = newLargest;
  sum = sum * shrink + hn::GetLane(hn::SumOfLanes(d, total));
  return shrink;
}

/// sums[r] = sums[r] · shrinks[r] + Σ weights[r, e] · values[e], columns first … first + kVectors · lanes
/// − 1.
template <int kRows, int kVectors, typename Entry>
HWY_INLINE void addValues(const Entry* HWY_RESTRICT values, int count, std::size_t headDim, std::size_t first,
                          const float* HWY_RESTRICT weights, const float* shrinks, float* HWY_RESTRICT sums) {
  const FloatTag d;
  FloatVector total[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      total[r][v] = hn::Mul(hn::LoadU(d, sums + r * headDim + first + v * kLanes), hn::Set(d, shrinks[r]));
    }
  }
  for (int e = 0; e < count; ++e) {
    FloatVector value[kVectors];
    for (int v = 0; v < kVectors; ++v) value[v] = loadWide(values + e * headDim + first + v * kLanes);
    for (int r = 0; r < kRows; ++r) {
      const FloatVector weight = hn::Set(d, weights[r * kTile + e]);
      for (int v = 0; v < kVectors; ++v) total[r][v] = hn::MulAdd(weight, value[v], total[r][v]);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) hn::StoreU(total[r][v], d, sums + r * headDim + first + v * kLanes);
  }
}

template <int kRows, typename Entry>
HWY_INLINE void addValueRows(const Entry* values, int count, std::size_t headDim, const float* weights,
                             const float* shrinks, float* sums) {
  constexpr int kVectors = kLanes >= 16 ? 4 : 2;
  std::size_t i = 0;
  for (; i + kVectors * kLanes <= headDim; i += kVectors * kLanes) {
    addValues<kRows, kVectors>(values, count, headDim, i, weights, shrinks, sums);
  }
  for (; i + kLanes <= headDim; i += kLanes)
    addValues<kRows, 1>(values, count, headDim, i, weights, shrinks, sums);
  for (; i < headDim; ++i) {
    for (int r = 0; r < kRows; ++r) {
      float total = sums[r * headDim + i] * shrinks[r];
      for (int e = 0; e < count; ++e) total += weights[r * kTile + e] * elementOf(values[e * headDim + i]);
      sums[r * headDim + i] = total;
    }
  }
}

/// One tile: entries first … first + count − 1 of the sequence, whose keys and values lie at `keys` and
/// `values`.
template <typename Entry>
void attendToTile(const AttentionTask& t, const Entry* keys, const Entry* values, int first, int count) {
  const auto headDim = static_cast<std::size_t>(t.headDim);
  // Rows are in the order of their tokens: the first that see none of the tile are left out.
  int row = 0;
  while (row < t.numRows && t.visible[row] <= first) ++row;
  dotProducts(t.queries + row * headDim, static_cast<std::size_t>(t.numRows - row),
              PlainRows<Entry>{keys, headDim}, 0, static_cast<std::size_t>(count),
              {t.scores + row * kTile, static_cast<std::size_t>(kTile)});
  for (int r = row; r < t.numRows; ++r) {
    const int visible = t.visible[r] - first < count ? t.visible[r] - first : count;
    t.shrinks[r] = weighRow(t.scores + r * kTile, visible, count, t.largest[r], t.sums[r]);
  }
  for (; row + 4 <= t.numRows; row += 4) {
    addValueRows<4>(values, count, headDim, t.scores + row * kTile, t.shrinks + row,
                    t.outputs + row * headDim);
  }
  for (; row < t.numRows; ++row) {
    addValueRows<1>(values, count, headDim, t.scores + row * kTile, t.shrinks + row,
                    t.outputs + row * headDim);
  }
}

/// Quantised tiles become floats first; once for all rows of the task.
void attendToBlocks(const PagedAttentionArguments& a, const AttentionTask& t) {
  const int entries = t.visible[t.numRows - 1];
  const std::size_t entryBytes = bytesOf(a.kv.type, t.headDim);
  for (int first = 0; first < entries;) {
    const int slot = first % a.kv.pageTokens;
    const int inPage = a.kv.pageTokens - slot < kTile ? a.kv.pageTokens - slot : kTile;
    const int count = entries - first < inPage ? entries - first : inPage;
    const int page = t.table[first / a.kv.pageTokens];
    const auto numbers = static_cast<std::size_t>(count) * static_cast<std::size_t>(t.headDim);
    widen(a.kv.keyTile(a.layer, page, t.kvHead) + slot * entryBytes, a.kv.type, t.wideKeys, numbers);
    widen(a.kv.valueTile(a.layer, page, t.kvHead) + slot * entryBytes, a.kv.type, t.wideValues, numbers);
    attendToTile(t, t.wideKeys, t.wideValues, first, count);
    first += count;
  }
}

template <typename Entry>
void attendToPages(const PagedAttentionArguments& a, const AttentionTask& t) {
  const int entries = t.visible[t.numRows - 1];
  for (int page = 0; page * a.kv.pageTokens < entries; ++page) {
    const int start = page * a.kv.pageTokens;
    const int held = entries - start < a.kv.pageTokens ? entries - start : a.kv.pageTokens;
    const auto* keys = reinterpret_cast<const Entry*>(a.kv.keyTile(a.layer, t.table[page], t.kvHead));
    const auto* values = reinterpret_cast<const Entry*>(a.kv.valueTile(a.layer, t.table[page], t.kvHead));
    for (int offset = 0; offset < held; offset += kTile) {
      const int count = held - offset < kTile ? held - offset : kTile;
      attendToTile(t, keys + offset * t.headDim, values + offset * t.headDim, start + offset, count);
    }
  }
}

void attend(const PagedAttentionArguments& a, const AttentionTask& task) {
  switch (a.kv.type) {
    case DataType::F32:
      return attendToPages<float>(a, task);
    case DataType::F16:
      return attendToPages<hwy::float16_t>(a, task);
    case DataType::BF16:
      return attendToPages<hwy::bfloat16_t>(a, task);
    default:
      return attendToBlocks(a, task);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace zipage
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>

namespace zipage {

HWY_EXPORT(attend);

namespace cpu {

namespace {

/// Tokens of one task: enough rows to pay for widening a tile, few enough to stay in the first caches.
int tokensPerTask(int group) { return std::max(1, kTaskRows / group); }

/// Copies the task's queries, scaled, and clears its sums.
void begin(const PagedAttentionArguments& a, const AttentionTask& t, int firstToken, int firstVisible) {
  const int group = a.queryHeads / a.kv.kvHeads;
  const auto headDim = static_cast<std::size_t>(t.headDim);
  const auto* queries = static_cast<const float*>(a.queries.data);
  for (int r = 0; r < t.numRows; ++r) {
    const auto place =
        (static_cast<std::size_t>(firstToken + r / group) * a.queryHeads + t.kvHead * group + r % group) *
        headDim;
    for (std::size_t i = 0; i < headDim; ++i) t.queries[r * headDim + i] = queries[place + i] * a.scale;
    t.visible[r] = firstVisible + r / group;
    t.largest[r] = -1e30F;
    t.sums[r] = 0.0F;
  }
  std::fill_n(t.outputs, t.numRows * headDim, 0.0F);
}

void finish(const PagedAttentionArguments& a, const AttentionTask& t, int firstToken) {
  const int group = a.queryHeads / a.kv.kvHeads;
  const auto headDim = static_cast<std::size_t>(t.headDim);
  auto* output = static_cast<float*>(a.output.data);
  for (int r = 0; r < t.numRows; ++r) {
    const auto place =
        (static_cast<std::size_t>(firstToken + r / group) * a.queryHeads + t.kvHead * group + r % group) *
        headDim;
    const float factor = 1.0F / t.sums[r];
    for (std::size_t i = 0; i < headDim; ++i) output[place + i] = t.outputs[r * headDim + i] * factor;
  }
}

struct TokenRange {
  int sequence;
  int first;  // token of the batch
  int count;
};

/// Cuts the sequences' tokens into the ranges of tasks; returns how many there are.
int cutTokens(const PagedBatch& batch, int perTask, TokenRange* ranges) {
  int numRanges = 0;
  for (int s = 0; s < batch.numSequences; ++s) {
    for (int first = batch.queryStart[s]; first < batch.queryStart[s + 1]; first += perTask) {
      ranges[numRanges++] = {s, first, std::min(perTask, batch.queryStart[s + 1] - first)};
    }
  }
  return numRanges;
}

}  // namespace

void pagedAttention(CpuContext& context, const PagedAttentionArguments& a) {
  const PagedBatch& batch = a.batch;
  const int group = a.queryHeads / a.kv.kvHeads;
  std::int64_t entries = 0;
  for (int s = 0; s < batch.numSequences; ++s) {
    entries += static_cast<std::int64_t>(batch.queryStart[s + 1] - batch.queryStart[s]) * batch.physical[s];
  }
  auto* ranges = reinterpret_cast<TokenRange*>(
      context.sharedScratch(sizeof(TokenRange) * static_cast<std::size_t>(batch.numTokens)));
  const int numRanges = cutTokens(batch, tokensPerTask(group), ranges);
  const int maxRows = tokensPerTask(group) * group;
  const std::int64_t work = 2 * entries * a.queryHeads * a.kv.headDim;
  context.parallelFor(
      static_cast<std::int64_t>(numRanges) * a.kv.kvHeads, work, [&](std::int64_t index, int thread) {
        const TokenRange range = ranges[index / a.kv.kvHeads];
        float* scratch = context.threadScratch(
            thread, AttentionTask::scratchFloats(maxRows, a.kv.headDim, isQuantised(a.kv.type)));
        AttentionTask task(scratch, range.count * group, a.kv.headDim);
        task.kvHead = static_cast<int>(index % a.kv.kvHeads);
        task.table = batch.pageTables + static_cast<std::size_t>(range.sequence) * batch.maxPages;
        const int newest = batch.queryStart[range.sequence + 1] - 1;
        begin(a, task, range.first, batch.physical[range.sequence] - (newest - range.first));
        HWY_DYNAMIC_DISPATCH(attend)(a, task);
        finish(a, task, range.first);
      });
}

}  // namespace cpu
}  // namespace zipage
#endif  // HWY_ONCE
