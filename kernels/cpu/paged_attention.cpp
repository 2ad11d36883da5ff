// Attention of each token over the pages of its sequence. One task is one (token, KV head): its group of
// query heads shares every key and value that is read. Scores of all entries first, then their softmax, then
// the weighted values, each in the order of the entries: the result depends on nothing but the token and its
// pages.
#include "kernels/cpu/half.h"
#include "kernels/cpu/ops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/paged_attention.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h

#include <hwy/highway.h>

#include "kernels/cpu/vector_math.h"

HWY_BEFORE_NAMESPACE();
namespace zipage {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using FloatTag = hn::ScalableTag<float>;

inline auto loadEntry(const FloatTag d, const float* from) { return hn::LoadU(d, from); }

template <typename Half>
inline auto loadEntry(const FloatTag d, const Half* from) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<Half, FloatTag>(), from));
}

inline float entryOf(float value) { return value; }
inline float entryOf(hwy::float16_t value) { return floatFromHalf(value); }
inline float entryOf(hwy::bfloat16_t value) { return hwy::F32FromBF16(value); }

/// scores[e] = query · key e, for `count` entries of one tile.
template <typename Entry>
void tileScores(const float* query, const Entry* keys, int headDim, int count, float scale, float* scores) {
  const FloatTag d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  for (int e = 0; e < count; ++e) {
    const Entry* key = keys + static_cast<std::size_t>(e) * headDim;
    auto sum = hn::Zero(d);
    int i = 0;
    for (; i + lanes <= headDim; i += lanes)
      sum = hn::MulAdd(hn::LoadU(d, query + i), loadEntry(d, key + i), sum);
    float total = hn::GetLane(hn::SumOfLanes(d, sum));
    for (; i < headDim; ++i) total += query[i] * entryOf(key[i]);
    scores[e] = total * scale;
  }
}

/// output += Σ weights[e] · value e, for `count` entries of one tile.
template <typename Entry>
void addTileValues(const float* weights, const Entry* values, int headDim, int count, float* output) {
  const FloatTag d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  int i = 0;
  for (; i + lanes <= headDim; i += lanes) {
    auto sum = hn::LoadU(d, output + i);
    for (int e = 0; e < count; ++e) {
      sum = hn::MulAdd(hn::Set(d, weights[e]),
                       loadEntry(d, values + static_cast<std::size_t>(e) * headDim + i), sum);
    }
    hn::StoreU(sum, d, output + i);
  }
  for (; i < headDim; ++i) {
    for (int e = 0; e < count; ++e)
      output[i] += weights[e] * entryOf(values[static_cast<std::size_t>(e) * headDim + i]);
  }
}

template <typename Entry>
void attendTyped(const PagedAttentionArguments& a, int token, int kvHead, const std::int32_t* table,
                 int visible, float* scores) {
  const PagedKv& kv = a.kv;
  const int headDim = kv.headDim;
  const int group = a.queryHeads / kv.kvHeads;
  for (int h = kvHead * group; h < (kvHead + 1) * group; ++h) {
    const std::size_t place = (static_cast<std::size_t>(token) * a.queryHeads + h) * headDim;
    const float* query = static_cast<const float*>(a.queries.data) + place;
    float* output = static_cast<float*>(a.output.data) + place;
    for (int first = 0; first < visible; first += kv.pageTokens) {
      const int count = visible - first < kv.pageTokens ? visible - first : kv.pageTokens;
      const auto* keys =
          reinterpret_cast<const Entry*>(kv.keyTile(a.layer, table[first / kv.pageTokens], kvHead));
      tileScores(query, keys, headDim, count, a.scale, scores + first);
    }
    float largest = scores[0];
    for (int e = 1; e < visible; ++e) largest = scores[e] > largest ? scores[e] : largest;
    const float sum = exponentials(scores, largest, static_cast<std::size_t>(visible));
    scaleBy(scores, 1.0F / sum, nullptr, scores, static_cast<std::size_t>(visible));
    for (int i = 0; i < headDim; ++i) output[i] = 0.0F;
    for (int first = 0; first < visible; first += kv.pageTokens) {
      const int count = visible - first < kv.pageTokens ? visible - first : kv.pageTokens;
      const auto* values =
          reinterpret_cast<const Entry*>(kv.valueTile(a.layer, table[first / kv.pageTokens], kvHead));
      addTileValues(scores + first, values, headDim, count, output);
    }
  }
}

void attendOf(const PagedAttentionArguments& a, int token, int kvHead, const std::int32_t* table, int visible,
              float* scores) {
  switch (a.kv.type) {
    case DataType::F32:
      return attendTyped<float>(a, token, kvHead, table, visible, scores);
    case DataType::F16:
      return attendTyped<hwy::float16_t>(a, token, kvHead, table, visible, scores);
    case DataType::BF16:
      return attendTyped<hwy::bfloat16_t>(a, token, kvHead, table, visible, scores);
    case DataType::Q8_0:
      return;  // not a KV type
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace zipage
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>

namespace zipage {

HWY_EXPORT(attendOf);

namespace cpu {

void pagedAttention(CpuContext& context, const PagedAttentionArguments& a) {
  const PagedBatch& batch = a.batch;
  int longest = 0;
  std::int64_t work = 0;
  for (int s = 0; s < batch.numSequences; ++s) {
    longest = std::max(longest, batch.physical[s]);
    work += static_cast<std::int64_t>(batch.queryStart[s + 1] - batch.queryStart[s]) * batch.physical[s];
  }
  const auto numTasks = static_cast<std::int64_t>(batch.numTokens) * a.kv.kvHeads;
  context.parallelFor(numTasks, 2 * work * a.queryHeads * a.kv.headDim, [&](std::int64_t task, int thread) {
    float* scores = context.threadScratch(thread, static_cast<std::size_t>(longest));
    const int token = static_cast<int>(task / a.kv.kvHeads);
    const std::int32_t* end =
        std::upper_bound(batch.queryStart, batch.queryStart + batch.numSequences + 1, token);
    const int sequence = static_cast<int>(end - batch.queryStart) - 1;
    const int visible = batch.physical[sequence] - (batch.queryStart[sequence + 1] - 1 - token);
    HWY_DYNAMIC_DISPATCH(attendOf)
    (a, token, static_cast<int>(task % a.kv.kvHeads), batch.pageTables + sequence * batch.maxPages, visible,
     scores);
  });
}

}  // namespace cpu
}  // namespace zipage
#endif  // HWY_ONCE
