// Attention over pages. KV in 16 bits goes to tensor cores, unless products are to be exact. What is here is
// for all other cases, for any mixture of decoding and prompts, in float32. A block takes one token, some
// query heads of one KV head and one chunk of 256 entries; the last block of a token joins its chunks in
// order. So a row's arithmetic is fixed by its own entries: other rows, and the steps in which a prompt is
// read, change no bit.
//
// Bound: each entry's key and value are read once for all heads of the group.
#include <algorithm>

#include "kernels/cuda/attention_rows.cuh"
#include "kernels/cuda/decode_attention.h"
#include "kernels/cuda/kv_entries.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/prefill_attention.h"
#include "kernels/cuda/support.cuh"

namespace zipage::cuda {

namespace {

constexpr int kThreads = 128;
constexpr int kWarps = kThreads / kWarp;
constexpr int kChunk = 256;        // entries
constexpr int kLanesPerEntry = 8;  // that make one dot product
constexpr std::size_t kMostScratch = std::size_t{256} << 20;

struct Attention {
  PagedAttentionArguments a;
  int firstToken;  // of this launch
  int group;       // query heads of a KV head
  int groupTiles;  // blocks that share them
  int maxChunks;
  float* partials;  // [tokens, H, maxChunks, headDim + 2]: sums of values, largest score, sum of weights
  unsigned int* counters;  // [tokens, G, groupTiles]
};

/// Bytes of shared memory of a block.
template <int kHeads>
std::size_t sharedBytes(int headDim, int vector) {
  const int groups = std::max(1, kThreads / (headDim / vector));
  const std::size_t joined = static_cast<std::size_t>(groups) * kHeads * headDim;
  return (static_cast<std::size_t>(kHeads) * (headDim + kChunk + 2) + joined) * sizeof(float);
}

/// scores[h][e] = queries[h] · key of entry e, for all entries of the chunk.
template <int kHeads, int kVector, typename Entry>
__device__ void scoreChunk(const Attention& t, const AttentionRow& row, int kvHead, int start, int count,
                           const float* queries, float* scores) {
  const PagedKv& kv = t.a.kv;
  const int lane = static_cast<int>(threadIdx.x) % kLanesPerEntry;
  const int numVectors = kv.headDim / kVector;
  for (int first = 0; first < count; first += kThreads / kLanesPerEntry) {
    const int e = first + static_cast<int>(threadIdx.x) / kLanesPerEntry;
    float sums[kHeads] = {};
    if (e < count) {
      const int place = start + e;
      const auto key = EntryRow<Entry>::of(kv.keyTile(t.a.layer, row.table[place / kv.pageTokens], kvHead),
                                           place % kv.pageTokens, kv.headDim);
      for (int v = lane; v < numVectors; v += kLanesPerEntry) {
        float numbers[kVector];
        key.template load<kVector>(v * kVector, numbers);
#pragma unroll
        for (int h = 0; h < kHeads; ++h) {
#pragma unroll
          for (int i = 0; i < kVector; ++i)
            sums[h] = fmaf(queries[h * kv.headDim + v * kVector + i], numbers[i], sums[h]);
        }
      }
    }
#pragma unroll
    for (int h = 0; h < kHeads; ++h) {
      for (int offset = kLanesPerEntry / 2; offset > 0; offset /= 2)
        sums[h] += __shfl_xor_sync(kAllLanes, sums[h], offset);
      if (lane == 0 && e < count) scores[h * kChunk + e] = sums[h];
    }
  }
}

/// Scores become weights; largest[h] and sums[h] say what by.
template <int kHeads>
__device__ void weighChunk(int count, float* scores, float* largest, float* sums) {
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  for (int h = static_cast<int>(threadIdx.x) / kWarp; h < kHeads; h += kWarps) {
    float top = -FLT_MAX;
    for (int e = lane; e < count; e += kWarp) top = fmaxf(top, scores[h * kChunk + e]);
    top = warpMax(top);
    float sum = 0.0F;
    for (int e = lane; e < count; e += kWarp) {
      const float weight = __expf(scores[h * kChunk + e] - top);
      scores[h * kChunk + e] = weight;
      sum += weight;
    }
    sum = warpSum(sum);
    if (lane == 0) {
      largest[h] = top;
      sums[h] = sum;
    }
  }
}

/// joined[part][h][column] = Σ weight · value over every parts-th entry.
template <int kHeads, int kVector, typename Entry>
__device__ int addValues(const Attention& t, const AttentionRow& row, int kvHead, int start, int count,
                         const float* weights, float* joined) {
  const PagedKv& kv = t.a.kv;
  const int numVectors = kv.headDim / kVector;
  const int parts = kThreads / numVectors > 0 ? kThreads / numVectors : 1;
  const int part = static_cast<int>(threadIdx.x) / numVectors;
  const int vector = static_cast<int>(threadIdx.x) % numVectors;
  if (part >= parts) return parts;
  float sums[kHeads][kVector] = {};
#pragma unroll 2
  for (int e = part; e < count; e += parts) {
    const int place = start + e;
    const auto value = EntryRow<Entry>::of(kv.valueTile(t.a.layer, row.table[place / kv.pageTokens], kvHead),
                                           place % kv.pageTokens, kv.headDim);
    float numbers[kVector];
    value.template load<kVector>(vector * kVector, numbers);
#pragma unroll
    for (int h = 0; h < kHeads; ++h) {
#pragma unroll
      for (int i = 0; i < kVector; ++i) sums[h][i] = fmaf(weights[h * kChunk + e], numbers[i], sums[h][i]);
    }
  }
#pragma unroll
  for (int h = 0; h < kHeads; ++h) {
#pragma unroll
    for (int i = 0; i < kVector; ++i)
      joined[(part * kHeads + h) * kv.headDim + vector * kVector + i] = sums[h][i];
  }
  return parts;
}

/// The output of one head out of all chunks of its token, by one warp.
__device__ void joinChunks(const Attention& t, const float* partials, int numChunks, std::int64_t output) {
  const int headDim = t.a.kv.headDim;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const auto stride = static_cast<std::int64_t>(headDim) + 2;
  float top = -FLT_MAX;
  for (int c = lane; c < numChunks; c += kWarp) top = fmaxf(top, __ldcg(partials + c * stride + headDim));
  top = warpMax(top);
  float total = 0.0F;
  for (int c = 0; c < numChunks; ++c)
    total = fmaf(__ldcg(partials + c * stride + headDim + 1),
                 __expf(__ldcg(partials + c * stride + headDim) - top), total);
  const float factor = 1.0F / total;
  for (int i = lane; i < headDim; i += kWarp) {
    float sum = 0.0F;
    for (int c = 0; c < numChunks; ++c)
      sum =
          fmaf(__ldcg(partials + c * stride + i), __expf(__ldcg(partials + c * stride + headDim) - top), sum);
    storeOutput(t.a.output, output + i, sum * factor);
  }
}

template <int kHeads, int kVector, typename Entry>
__global__ void __launch_bounds__(kThreads) attentionKernel(Attention t) {
  extern __shared__ float shared[];
  const PagedKv& kv = t.a.kv;
  const int headDim = kv.headDim;
  const int localToken = static_cast<int>(blockIdx.z);
  const int token = t.firstToken + localToken;
  const int kvHead = static_cast<int>(blockIdx.y) / t.groupTiles;
  const int tile = static_cast<int>(blockIdx.y) % t.groupTiles;
  const int firstHead = kvHead * t.group + tile * kHeads;
  const int numHeads = min(kHeads, t.group - tile * kHeads);
  const AttentionRow row(t.a.batch, token);
  const int start = static_cast<int>(blockIdx.x) * kChunk;
  if (start >= row.visible) return;
  const int count = min(kChunk, row.visible - start);
  const int numChunks = ceilDivide(row.visible, kChunk);

  float* queries = shared;                     // [kHeads, headDim]
  float* scores = queries + kHeads * headDim;  // [kHeads, kChunk]
  float* largest = scores + kHeads * kChunk;   // [kHeads]
  float* sums = largest + kHeads;              // [kHeads]
  float* joined = sums + kHeads;               // [parts, kHeads, headDim]
  const auto* from =
      static_cast<const float*>(t.a.queries.data) + token * t.a.queries.columns + firstHead * headDim;
  for (int i = threadIdx.x; i < kHeads * headDim; i += kThreads)
    queries[i] = i < numHeads * headDim ? from[i] * t.a.scale : 0.0F;
  __syncthreads();
  scoreChunk<kHeads, kVector, Entry>(t, row, kvHead, start, count, queries, scores);
  __syncthreads();
  weighChunk<kHeads>(count, scores, largest, sums);
  __syncthreads();
  const int parts = addValues<kHeads, kVector, Entry>(t, row, kvHead, start, count, scores, joined);
  __syncthreads();

  const std::int64_t output = token * t.a.output.columns + firstHead * headDim;
  const auto stride = static_cast<std::int64_t>(headDim) + 2;
  float* partials = t.partials + (static_cast<std::int64_t>(localToken) * t.a.queryHeads + firstHead) *
                                     t.maxChunks * stride;
  for (int i = threadIdx.x; i < numHeads * headDim; i += kThreads) {
    float sum = joined[i];
    for (int part = 1; part < parts; ++part) sum += joined[part * kHeads * headDim + i];
    const int h = i / headDim;
    if (numChunks == 1)
      storeOutput(t.a.output, output + i, sum / sums[h]);
    else
      partials[(static_cast<std::int64_t>(h) * t.maxChunks + blockIdx.x) * stride + i % headDim] = sum;
  }
  if (numChunks == 1) return;
  if (static_cast<int>(threadIdx.x) < numHeads) {
    float* end =
        partials + (static_cast<std::int64_t>(threadIdx.x) * t.maxChunks + blockIdx.x) * stride + headDim;
    end[0] = largest[threadIdx.x];
    end[1] = sums[threadIdx.x];
  }
  __threadfence();
  __shared__ bool isLast;
  __syncthreads();
  unsigned int* counter = t.counters + static_cast<std::int64_t>(localToken) * gridDim.y + blockIdx.y;
  if (threadIdx.x == 0) isLast = atomicAdd(counter, 1U) + 1 == static_cast<unsigned>(numChunks);
  __syncthreads();
  if (!isLast) return;
  if (threadIdx.x == 0) *counter = 0;
  __threadfence();
  for (int h = static_cast<int>(threadIdx.x) / kWarp; h < numHeads; h += kWarps)
    joinChunks(t, partials + static_cast<std::int64_t>(h) * t.maxChunks * stride, numChunks,
               output + h * headDim);
}

template <int kHeads, int kVector, typename Entry>
void launch(CudaContext& context, const Attention& t, int numTokens) {
  const std::size_t bytes = sharedBytes<kHeads>(t.a.kv.headDim, kVector);
  if (bytes > 48 * 1024) {
    context.remember(cudaFuncSetAttribute(attentionKernel<kHeads, kVector, Entry>,
                                          cudaFuncAttributeMaxDynamicSharedMemorySize,
                                          static_cast<int>(bytes)));
  }
  const dim3 grid(static_cast<unsigned>(t.maxChunks), static_cast<unsigned>(t.a.kv.kvHeads * t.groupTiles),
                  static_cast<unsigned>(numTokens));
  attentionKernel<kHeads, kVector, Entry><<<grid, kThreads, bytes, context.stream()>>>(t);
}

template <int kHeads>
void launchHeads(CudaContext& context, Attention t, int numTokens) {
  t.groupTiles = ceilDivide(t.group, kHeads);
  withEntry(t.a.kv.type, [&](auto entry) {
    using Entry = decltype(entry);
    constexpr int kVector = std::is_same_v<Entry, Q8Entry> ? 8 : 16 / sizeof(Entry);
    const int headDim = t.a.kv.headDim;
    if (headDim % kVector == 0 && headDim / kVector <= kThreads)
      launch<kHeads, kVector, Entry>(context, t, numTokens);
    else
      launch<kHeads, 2, Entry>(context, t, numTokens);
  });
}

/// Sequences that bring many tokens share keys among them; the others come one by one. False: nothing was
/// done.
bool attendByTensorCores(CudaContext& context, const PagedAttentionArguments& a) {
  // A step with as many sequences as tokens has no prompt in it.
  const bool mayHavePrompts = a.batch.numTokens - a.batch.numSequences + 1 >= kLeastPrefillTokens;
  if (!mayHavePrompts) return decodeAttention(context, a, a.batch.numTokens);
  if (!prefillAttention(context, a)) return decodeAttention(context, a, a.batch.numTokens);
  // With one sequence, that was all.
  return a.batch.numSequences == 1 || decodeAttention(context, a, kLeastPrefillTokens - 1);
}

}  // namespace

void pagedAttention(CudaContext& context, const PagedAttentionArguments& a) {
  if (a.batch.numTokens == 0) return;
  if (!context.isExact() && attendByTensorCores(context, a)) return context.rememberLaunch();
  Attention t{a};
  t.group = a.queryHeads / a.kv.kvHeads;
  t.maxChunks = std::max(1, ceilDivide(a.batch.maxPages * a.kv.pageTokens, kChunk));
  const std::size_t perToken =
      static_cast<std::size_t>(a.queryHeads) * t.maxChunks * (a.kv.headDim + 2) * sizeof(float);
  const int tokens = static_cast<int>(
      std::clamp<std::size_t>(kMostScratch / perToken, 1, std::min(a.batch.numTokens, 65535)));
  t.partials = reinterpret_cast<float*>(context.scratch(perToken * tokens));
  t.counters = context.counters(static_cast<std::size_t>(tokens) * a.queryHeads);
  if (t.partials == nullptr || t.counters == nullptr) return;
  for (t.firstToken = 0; t.firstToken < a.batch.numTokens; t.firstToken += tokens) {
    const int count = std::min(tokens, a.batch.numTokens - t.firstToken);
    if (t.group == 1)
      launchHeads<1>(context, t, count);
    else if (t.group == 2)
      launchHeads<2>(context, t, count);
    else if (t.group <= 4)
      launchHeads<4>(context, t, count);
    else
      launchHeads<8>(context, t, count);
  }
  context.rememberLaunch();
}

}  // namespace zipage::cuda
