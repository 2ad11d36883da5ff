// Attention of many tokens of a sequence over its pages, on tensor cores. A block takes 128 rows, which are
// the query heads of one KV head for neighbouring tokens, so that each key and value is read once for the
// whole group; it goes through 64 entries at a time, from the last that its tokens see to the first, with the
// largest score and the sum of weights of each row kept in registers.
//
// Bound: arithmetic. 4 · entries seen · H · D operations a token, at what mma.sync gives of the tensor cores,
// about 60 % of their peak (some 600 TFLOP/s here); exponentials take half as long again, and overlap with
// the products of the other block of a processor. Keys and values of 64 entries are read while those before
// are multiplied, 32 KB for 4 MFLOP.
#include <algorithm>
#include <bit>

#include "kernels/cuda/prefill_attention.h"
#include "kernels/cuda/tensor_tile.cuh"

namespace zipage::cuda {

namespace {

constexpr int kWarps = 4;
constexpr int kThreads = kWarps * kWarp;
constexpr int kEntries = 64;       // at a time
constexpr float kHidden = -1e30F;  // finite: a row that has seen nothing yet makes no NaN

struct Prefill {
  PagedAttentionArguments a;
  int group;       // query heads of a KV head
  int tileTokens;  // of one sequence in a block
  int pageShift;   // pages hold 1 << pageShift entries
  float scale;     // to scores by powers of two
};

/// Some tokens of one sequence.
struct TokenTile {
  int first;    // of the step's tokens
  int count;    // 0: there is no such tile
  int visible;  // entries that the first one sees
  const std::int32_t* table;
};

/// The index-th tile of the step's prompts, found by every warp for itself.
__device__ TokenTile findTile(const Prefill& t, int index) {
  const PagedBatch& batch = t.a.batch;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  for (int base = 0; base < batch.numSequences; base += kWarp) {
    const int own = base + lane;
    const int tokens = own < batch.numSequences ? batch.queryStart[own + 1] - batch.queryStart[own] : 0;
    const int tiles = tokens < kLeastPrefillTokens ? 0 : ceilDivide(tokens, t.tileTokens);
    int end = tiles;
    for (int offset = 1; offset < kWarp; offset *= 2) {
      const int other = __shfl_up_sync(kAllLanes, end, offset);
      if (lane >= offset) end += other;
    }
    const unsigned behind = __ballot_sync(kAllLanes, end > index);
    if (behind == 0) {
      index -= __shfl_sync(kAllLanes, end, kWarp - 1);
      continue;
    }
    const int found = __ffs(static_cast<int>(behind)) - 1;
    const int sequence = base + found;
    const int skipped = (index - __shfl_sync(kAllLanes, end - tiles, found)) * t.tileTokens;
    const int firstToken = batch.queryStart[sequence] + skipped;
    const int left = batch.queryStart[sequence + 1] - firstToken;
    return {firstToken, min(left, t.tileTokens), batch.physical[sequence] - (left - 1),
            batch.pageTables + static_cast<std::int64_t>(sequence) * batch.maxPages};
  }
  return {0, 0, 0, nullptr};
}

/// The queries of a tile, row (token, head of the group); zeros where there is none.
template <typename Entry, int kChunks>
__device__ void loadQueries(const Prefill& t, const TokenTile& tile, int kvHead, int numRows,
                            RowTile<kChunks> queries) {
  constexpr int kPieces = RowTile<kChunks>::kPieces;
  const int headDim = t.a.kv.headDim;
  for (int i = static_cast<int>(threadIdx.x); i < numRows * kPieces; i += kThreads) {
    const int row = i / kPieces;
    const int piece = i % kPieces;
    const int token = row / t.group;
    uint4 numbers{};
    if (token < tile.count && piece * 8 < headDim) {
      const std::int64_t head = kvHead * t.group + row % t.group;
      numbers = convertPiece<Entry>(
          t.a.queries.data, t.a.queries.type,
          static_cast<std::int64_t>(tile.first + token) * t.a.queries.columns + head * headDim + piece * 8);
    }
    queries.at(row, piece) = numbers;
  }
}

/// Where the keys and values of one head lie.
struct HeadEntries {
  const std::byte* keys;  // of page 0
  std::size_t toValues;   // from a key to its value, in bytes
  std::size_t pageBytes;

  __device__ HeadEntries(const PagedKv& kv, int layer, int kvHead)
      : keys(kv.keyTile(layer, 0, kvHead)),
        toValues(kv.tileBytes() * kv.kvHeads),
        pageBytes(kv.pageBytes()) {}
};

/// Begins to copy kEntries keys and values from entry `first` on; those from `end` on become zeros.
template <int kChunks>
__device__ void fetchEntries(const Prefill& t, const HeadEntries& from, const std::int32_t* table, int first,
                             int end, RowTile<kChunks> keys, RowTile<kChunks> values) {
  constexpr int kPieces = RowTile<kChunks>::kPieces;
  static_assert(kEntries * kPieces % kThreads == 0);
  const int headDim = t.a.kv.headDim;
#pragma unroll
  for (int i = 0; i < kEntries * kPieces / kThreads; ++i) {
    const int index = i * kThreads + static_cast<int>(threadIdx.x);
    const int row = index / kPieces;
    const int piece = index % kPieces;
    const bool isThere = first + row < end && piece * 8 < headDim;
    const int entry = min(first + row, end - 1);
    const int slot = entry & ((1 << t.pageShift) - 1);
    const std::byte* key = from.keys + table[entry >> t.pageShift] * from.pageBytes +
                           (slot * headDim + (isThere ? piece * 8 : 0)) * 2;
    copyAsync(&keys.at(row, piece), key, isThere);
    copyAsync(&values.at(row, piece), key + from.toValues, isThere);
  }
  endCopies();
}

/// What a thread holds of its kTiles · 2 rows, g + 8 · r of the warp's.
template <int kChunks, int kTiles>
struct RowState {
  float tops[kTiles * 2];  // largest scores
  float sums[kTiles * 2];  // of weights, of this thread's entries
  float outputs[kTiles][kChunks * 4][4];
};

/// Scores become weights, and the state is brought to the new largest scores.
template <typename Entry, int kChunks, int kTiles>
__device__ void weigh(RowState<kChunks, kTiles>& state, float (&scores)[kTiles][kEntries / 8][4],
                      std::uint32_t (&weights)[kTiles][kEntries / 8][2], float scale) {
  float factors[kTiles * 2];
  bool changes = false;
#pragma unroll
  for (int r = 0; r < kTiles * 2; ++r) {
    float top = state.tops[r];
#pragma unroll
    for (int e = 0; e < kEntries / 8; ++e)
      top = fmaxf(top, fmaxf(scores[r / 2][e][r % 2 * 2], scores[r / 2][e][r % 2 * 2 + 1]));
    top = fmaxf(top, __shfl_xor_sync(kAllLanes, top, 1));
    top = fmaxf(top, __shfl_xor_sync(kAllLanes, top, 2));
    factors[r] = powerOfTwo((state.tops[r] - top) * scale);
    changes = changes || top != state.tops[r];
    state.tops[r] = top;
    const float base = top > kHidden ? top * scale : 0.0F;  // what is hidden weighs nothing
    float sum = 0.0F;
#pragma unroll
    for (int e = 0; e < kEntries / 8; ++e) {
      const float first = powerOfTwo(fmaf(scores[r / 2][e][r % 2 * 2], scale, -base));
      const float second = powerOfTwo(fmaf(scores[r / 2][e][r % 2 * 2 + 1], scale, -base));
      sum += first + second;
      weights[r / 2][e][r % 2] = packPair<Entry>(first, second);
    }
    state.sums[r] = fmaf(state.sums[r], factors[r], sum);
  }
  if (!__any_sync(kAllLanes, changes)) return;
#pragma unroll
  for (int m = 0; m < kTiles; ++m) {
#pragma unroll
    for (int d = 0; d < kChunks * 4; ++d) {
      state.outputs[m][d][0] *= factors[2 * m];
      state.outputs[m][d][1] *= factors[2 * m];
      state.outputs[m][d][2] *= factors[2 * m + 1];
      state.outputs[m][d][3] *= factors[2 * m + 1];
    }
  }
}

__device__ void storePair(const TensorView& output, std::int64_t index, float first, float second) {
  if (output.type == DataType::F32)
    *reinterpret_cast<float2*>(static_cast<float*>(output.data) + index) = {first, second};
  else if (output.type == DataType::F16)
    *reinterpret_cast<std::uint32_t*>(static_cast<__half*>(output.data) + index) =
        packPair<__half>(first, second);
  else
    *reinterpret_cast<std::uint32_t*>(static_cast<__nv_bfloat16*>(output.data) + index) =
        packPair<__nv_bfloat16>(first, second);
}

template <typename Entry, int kChunks, int kTiles>
__global__ void __launch_bounds__(kThreads, kChunks <= 4 ? 2 : 1) prefillKernel(Prefill t) {
  constexpr int kPieces = RowTile<kChunks>::kPieces;
  constexpr int kRows = kWarps * kTiles * 16;
  extern __shared__ uint4 shared[];
  // Tiles that see most begin first.
  const TokenTile tile = findTile(t, static_cast<int>(gridDim.x - 1 - blockIdx.x));
  if (tile.count == 0) return;
  const int kvHead = static_cast<int>(blockIdx.y);
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int warpRow = static_cast<int>(threadIdx.x) / kWarp * kTiles * 16;
  const int end = tile.visible + tile.count - 1;  // of the entries that the last token sees
  const RowTile<kChunks> queries{shared};
  const auto keysOf = [&](int step) {
    return RowTile<kChunks>{shared + (kRows + step % 2 * 2 * kEntries) * kPieces};
  };
  const auto valuesOf = [&](int step) {
    return RowTile<kChunks>{shared + (kRows + (step % 2 * 2 + 1) * kEntries) * kPieces};
  };
  const HeadEntries from(t.a.kv, t.a.layer, kvHead);
  const int last = (end - 1) / kEntries;
  fetchEntries<kChunks>(t, from, tile.table, last * kEntries, end, keysOf(last), valuesOf(last));
  loadQueries<Entry, kChunks>(t, tile, kvHead, kRows, queries);

  RowState<kChunks, kTiles> state;
  int visible[kTiles * 2];
#pragma unroll
  for (int r = 0; r < kTiles * 2; ++r) {
    state.tops[r] = kHidden;
    state.sums[r] = 0.0F;
    visible[r] = tile.visible + (warpRow + lane / 4 + 8 * r) / t.group;
  }
#pragma unroll
  for (int m = 0; m < kTiles; ++m) {
#pragma unroll
    for (int d = 0; d < kChunks * 4; ++d) {
#pragma unroll
      for (int i = 0; i < 4; ++i) state.outputs[m][d][i] = 0.0F;
    }
  }

  for (int step = last; step >= 0; --step) {
    waitForCopies<0>();
    __syncthreads();  // and everybody is done with the entries before
    if (step > 0) {
      fetchEntries<kChunks>(t, from, tile.table, (step - 1) * kEntries, end, keysOf(step - 1),
                            valuesOf(step - 1));
    }
    const RowTile<kChunks> keys = keysOf(step);
    float scores[kTiles][kEntries / 8][4] = {};
#pragma unroll
    for (int c = 0; c < kChunks; ++c) {
      uint4 rows[kTiles * 2];
#pragma unroll
      for (int r = 0; r < kTiles * 2; ++r) rows[r] = queries.chunk(warpRow + 8 * r, c);
#pragma unroll
      for (int e = 0; e < kEntries / 8; ++e) {
        const uint4 key = keys.chunk(8 * e, c);
#pragma unroll
        for (int m = 0; m < kTiles; ++m)
          multiplyChunk<Entry>(scores[m][e], rows[2 * m], rows[2 * m + 1], key);
      }
    }
    if ((step + 1) * kEntries > tile.visible) {
#pragma unroll
      for (int r = 0; r < kTiles * 2; ++r) {
#pragma unroll
        for (int e = 0; e < kEntries / 8; ++e) {
#pragma unroll
          for (int i = 0; i < 2; ++i) {
            if (step * kEntries + 8 * e + lane % 4 * 2 + i >= visible[r])
              scores[r / 2][e][r % 2 * 2 + i] = kHidden;
          }
        }
      }
    }
    std::uint32_t weights[kTiles][kEntries / 8][2];
    weigh<Entry, kChunks, kTiles>(state, scores, weights, t.scale);
    const RowTile<kChunks> values = valuesOf(step);
#pragma unroll
    for (int s = 0; s < kEntries / 16; ++s) {
#pragma unroll
      for (int d = 0; d < kChunks * 2; ++d) {
        const uint4 value = values.transposed(16 * s, d);
#pragma unroll
        for (int m = 0; m < kTiles; ++m) {
          const auto& left = weights[m];
          multiplyAdd<Entry>(state.outputs[m][2 * d], left[2 * s][0], left[2 * s][1], left[2 * s + 1][0],
                             left[2 * s + 1][1], value.x, value.y);
          multiplyAdd<Entry>(state.outputs[m][2 * d + 1], left[2 * s][0], left[2 * s][1], left[2 * s + 1][0],
                             left[2 * s + 1][1], value.z, value.w);
        }
      }
    }
  }

#pragma unroll
  for (int r = 0; r < kTiles * 2; ++r) {
    float sum = state.sums[r];
    sum += __shfl_xor_sync(kAllLanes, sum, 1);
    sum += __shfl_xor_sync(kAllLanes, sum, 2);
    const float factor = 1.0F / sum;
    const int row = warpRow + lane / 4 + 8 * r;
    const int token = row / t.group;
    if (token >= tile.count) continue;
    const std::int64_t first = static_cast<std::int64_t>(tile.first + token) * t.a.output.columns +
                               static_cast<std::int64_t>(kvHead * t.group + row % t.group) * t.a.kv.headDim;
#pragma unroll
    for (int d = 0; d < kChunks * 4; ++d) {
      const int column = d * 8 + lane % 4 * 2;
      if (column < t.a.kv.headDim) {
        storePair(t.a.output, first + column, state.outputs[r / 2][d][r % 2 * 2] * factor,
                  state.outputs[r / 2][d][r % 2 * 2 + 1] * factor);
      }
    }
  }
}

template <typename Entry, int kChunks>
void launch(CudaContext& context, Prefill t) {
  constexpr int kTiles = kChunks <= 4 ? 2 : 1;  // what a thread's registers hold
  constexpr int kRows = kWarps * kTiles * 16;
  constexpr auto kBytes = static_cast<int>(RowTile<kChunks>::bytes(kRows + 4 * kEntries));
  const auto kernel = prefillKernel<Entry, kChunks, kTiles>;
  context.remember(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kBytes));
  t.tileTokens = kRows / t.group;
  // As many as there can be, however the tokens are shared among the sequences.
  const PagedBatch& batch = t.a.batch;
  const int prompts = std::min(batch.numSequences, batch.numTokens / kLeastPrefillTokens);
  const dim3 grid(static_cast<unsigned>(batch.numTokens / t.tileTokens + prompts),
                  static_cast<unsigned>(t.a.kv.kvHeads));
  kernel<<<grid, kThreads, kBytes, context.stream()>>>(t);
  context.rememberLaunch();
}

}  // namespace

bool prefillAttention(CudaContext& context, const PagedAttentionArguments& a) {
  const auto pageTokens = static_cast<unsigned>(a.kv.pageTokens);
  Prefill t{a};
  t.group = a.queryHeads / a.kv.kvHeads;
  if (!std::has_single_bit(pageTokens) || a.kv.headDim % 8 != 0 || a.kv.headDim > 256 || t.group > 64)
    return false;
  t.pageShift = std::countr_zero(pageTokens);
  t.scale = a.scale * 1.4426950408889634F;
  if (a.batch.numTokens < kLeastPrefillTokens) return withTensorElement(a.kv.type, [](auto) {});
  return withTensorElement(a.kv.type, [&](auto entry) {
    withChunks(a.kv.headDim, [&](auto chunks) { launch<decltype(entry), chunks>(context, t); });
  });
}

}  // namespace zipage::cuda
