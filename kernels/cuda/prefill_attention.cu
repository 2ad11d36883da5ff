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

#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/prefill_attention.h"
#include "kernels/cuda/tensor_tile.cuh"

namespace zipage::cuda {

namespace {

constexpr int kWarps = 4;
constexpr int kThreads = kWarps * kWarp;
constexpr int kEntries = 64;       // at a time
constexpr int kEntryRun = 16;      // that lie together in a page
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
template <typename Number, int kChunks>
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
      numbers = convertPiece<Number>(
          t.a.queries.data, t.a.queries.type,
          static_cast<std::int64_t>(tile.first + token) * t.a.queries.columns + head * headDim + piece * 8);
    }
    queries.at(row, piece) = numbers;
  }
}

/// Whether numbers must be unpacked before they are multiplied.
template <typename Entry>
constexpr bool kIsPacked = !std::is_same_v<typename EntryRow<Entry>::Piece, Entry>;

/// Keys and values of kEntries entries in shared memory, two steps by turns; where they are packed, one step,
/// and the next one as it lies in the pages.
template <typename Entry, int kChunks>
class EntryTiles {
  static constexpr int kPieces = RowTile<kChunks>::kPieces;
  static constexpr int kTile = kEntries * kPieces;      // pieces
  static constexpr int kRowBytes = kChunks * kQ8Bytes;  // of a packed row, at most
  static_assert(kTile % kThreads == 0 && kQ8Elements == kChunkColumns);

 public:
  static constexpr std::size_t kBytes =
      kIsPacked<Entry> ? 2 * (kTile * sizeof(uint4) + kEntries * kRowBytes) : 4 * kTile * sizeof(uint4);

  __device__ EntryTiles(const Prefill& t, int kvHead, const std::int32_t* table, int end, uint4* shared)
      : m_table(table),
        m_end(end),
        m_pageShift(t.pageShift),
        m_headDim(t.a.kv.headDim),
        m_keys(t.a.kv.keyTile(t.a.layer, 0, kvHead)),
        m_toValues(static_cast<std::uint32_t>(t.a.kv.tileBytes() * t.a.kv.kvHeads)),
        m_shared(shared) {}

  __device__ RowTile<kChunks> keys(int step) const { return {m_shared + stageOf(step) * 2 * kTile}; }
  __device__ RowTile<kChunks> values(int step) const { return {m_shared + (stageOf(step) * 2 + 1) * kTile}; }

  /// Begins to copy the entries of a step; those from m_end on become zeros.
  __device__ void fetch(int step) const {
    if constexpr (kIsPacked<Entry>)
      fetchPacked(step);
    else
      fetchPlain(step);
    closeCopies();
  }
  /// Makes halves of what fetch() brought. REQUIRES: nobody reads keys() or values() any more. All threads
  /// call.
  __device__ void unpack(int step) const {
    if constexpr (kIsPacked<Entry>) {
      const int rowBytes = m_headDim / kQ8Elements * kQ8Bytes;
      const std::uint8_t* key = packed();
      const std::uint8_t* value = key + kEntries * kRowBytes;
#pragma unroll 2
      for (int i = static_cast<int>(threadIdx.x); i < kTile; i += kThreads) {
        const int row = i / kPieces;
        const int column = i % kPieces * 8;
        const bool isThere = step * kEntries + row < m_end && column < m_headDim;
        keys(step).at(row, i % kPieces) = isThere ? unpackEight(key + row * rowBytes, column) : uint4{};
        values(step).at(row, i % kPieces) = isThere ? unpackEight(value + row * rowBytes, column) : uint4{};
      }
      __syncthreads();
    }
  }

 private:
  __device__ static int stageOf(int step) { return kIsPacked<Entry> ? 0 : step % 2; }
  __device__ std::uint8_t* packed() const { return reinterpret_cast<std::uint8_t*>(m_shared + 2 * kTile); }
  /// Key `slot` of the page that holds `entry`.
  __device__ const std::byte* keyOf(int entry, int rowBytes) const {
    const int slot = entry & ((1 << m_pageShift) - 1);
    return m_keys + static_cast<std::size_t>(m_table[entry >> m_pageShift]) * 2 * m_toValues +
           slot * rowBytes;
  }
  __device__ void fetchPlain(int step) const {
    const RowTile<kChunks> toKeys = keys(step);
    const RowTile<kChunks> toValues = values(step);
#pragma unroll 4
    for (int i = 0; i < kTile / kThreads; ++i) {
      const int index = i * kThreads + static_cast<int>(threadIdx.x);
      const int row = index / kPieces;
      const int piece = index % kPieces;
      const int entry = step * kEntries + row;
      const bool isThere = entry < m_end && piece * 8 < m_headDim;
      const std::byte* key = keyOf(min(entry, m_end - 1), m_headDim * 2) + (isThere ? piece * 16 : 0);
      copyAsync(sharedAddress(&toKeys.at(row, piece)), key, isThere);
      copyAsync(sharedAddress(&toValues.at(row, piece)), key + m_toValues, isThere);
    }
  }
  /// kEntryRun rows are a multiple of sixteen bytes and begin at one.
  __device__ void fetchPacked(int step) const {
    const int rowBytes = m_headDim / kQ8Elements * kQ8Bytes;
    const std::uint8_t* to = packed();
    for (int i = static_cast<int>(threadIdx.x); i < kEntries * rowBytes / 16; i += kThreads) {
      const int entry =
          step * kEntries + i / rowBytes * kEntryRun;  // a run has as many pieces as a row has bytes
      if (entry >= m_end) continue;
      const std::byte* key = keyOf(entry, rowBytes) + i % rowBytes * 16;
      copyAsync(sharedAddress(to + i * 16), key);
      copyAsync(sharedAddress(to + kEntries * kRowBytes + i * 16), key + m_toValues);
    }
  }

  const std::int32_t* m_table;
  int m_end;  // of the entries that are seen
  int m_pageShift;
  int m_headDim;
  const std::byte* m_keys;   // of page 0
  std::uint32_t m_toValues;  // from a key to its value, in bytes; a page is twice as large
  uint4* m_shared;
};

/// What a thread holds of its kTiles · 2 rows, g + 8 · r of the warp's.
template <int kChunks, int kTiles>
struct RowState {
  float tops[kTiles * 2];  // largest scores
  float sums[kTiles * 2];  // of weights, of this thread's entries
  float outputs[kTiles][kChunks * 4][4];
};

/// Scores become weights, and the state is brought to the new largest scores.
template <typename Number, int kChunks, int kTiles>
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
      weights[r / 2][e][r % 2] = pairOf(first, second, Number{});
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
  else
    *reinterpret_cast<std::uint32_t*>(static_cast<__nv_bfloat16*>(output.data) + index) =
        pairOf(first, second, __nv_bfloat16{});
}

template <typename Entry, int kChunks, int kTiles>
__global__ void __launch_bounds__(kThreads, kChunks <= 4 ? 2 : 1)
    prefillKernel(const __grid_constant__ Prefill t) {
  awaitPrevious();
  letNextCome();
  using Number = typename EntryRow<Entry>::Piece;
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
  const EntryTiles<Entry, kChunks> entries(t, kvHead, tile.table, end,
                                           shared + kRows * RowTile<kChunks>::kPieces);
  const int last = (end - 1) / kEntries;
  entries.fetch(last);
  loadQueries<Number, kChunks>(t, tile, kvHead, kRows, queries);

  RowState<kChunks, kTiles> state;
#pragma unroll
  for (int r = 0; r < kTiles * 2; ++r) {
    state.tops[r] = kHidden;
    state.sums[r] = 0.0F;
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
    awaitCopies<0>();
    __syncthreads();  // and everybody is done with the entries before
    entries.unpack(step);
    if (step > 0) entries.fetch(step - 1);
    const RowTile<kChunks> keys = entries.keys(step);
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
          multiplyChunk<Number>(scores[m][e], rows[2 * m], rows[2 * m + 1], key);
      }
    }
    if ((step + 1) * kEntries > tile.visible) {
#pragma unroll
      for (int r = 0; r < kTiles * 2; ++r) {
        const int visible = tile.visible + (warpRow + lane / 4 + 8 * r) / t.group - step * kEntries;
#pragma unroll
        for (int e = 0; e < kEntries / 8; ++e) {
#pragma unroll
          for (int i = 0; i < 2; ++i) {
            if (8 * e + lane % 4 * 2 + i >= visible) scores[r / 2][e][r % 2 * 2 + i] = kHidden;
          }
        }
      }
    }
    std::uint32_t weights[kTiles][kEntries / 8][2];
    weigh<Number, kChunks, kTiles>(state, scores, weights, t.scale);
    const RowTile<kChunks> values = entries.values(step);
#pragma unroll
    for (int s = 0; s < kEntries / 16; ++s) {
#pragma unroll
      for (int d = 0; d < kChunks * 2; ++d) {
        std::uint32_t value[4];
        values.turned(value, 16 * s, d);
#pragma unroll
        for (int m = 0; m < kTiles; ++m) {
          const auto& left = weights[m];
          multiplyAdd(state.outputs[m][2 * d], left[2 * s][0], left[2 * s][1], left[2 * s + 1][0],
                      left[2 * s + 1][1], value[0], value[1], Number{});
          multiplyAdd(state.outputs[m][2 * d + 1], left[2 * s][0], left[2 * s][1], left[2 * s + 1][0],
                      left[2 * s + 1][1], value[2], value[3], Number{});
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
  constexpr auto kBytes =
      static_cast<int>(RowTile<kChunks>::bytes(kRows) + EntryTiles<Entry, kChunks>::kBytes);
  const auto kernel = prefillKernel<Entry, kChunks, kTiles>;
  context.remember(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kBytes));
  t.tileTokens = kRows / t.group;
  // As many as there can be, however the tokens are shared among the sequences.
  const PagedBatch& batch = t.a.batch;
  const int prompts = std::min(batch.numSequences, batch.numTokens / kLeastPrefillTokens);
  const dim3 grid(static_cast<unsigned>(batch.numTokens / t.tileTokens + prompts),
                  static_cast<unsigned>(t.a.kv.kvHeads));
  launchChained(context, kernel, grid, kThreads, kBytes, t);
  context.rememberLaunch();
}

}  // namespace

bool prefillAttention(CudaContext& context, const PagedAttentionArguments& a) {
  const auto pageTokens = static_cast<unsigned>(a.kv.pageTokens);
  Prefill t{a};
  t.group = a.queryHeads / a.kv.kvHeads;
  if (!std::has_single_bit(pageTokens) || pageTokens < kEntryRun || a.kv.headDim % 8 != 0 ||
      a.kv.headDim > 256 || t.group > 64) {
    return false;
  }
  t.pageShift = std::countr_zero(pageTokens);
  t.scale = a.scale * 1.4426950408889634F;
  if (a.batch.numTokens < kLeastPrefillTokens) return withTensorEntry(a.kv.type, [](auto) {});
  return withTensorEntry(a.kv.type, [&](auto entry) {
    withChunks(a.kv.headDim,
               [&](auto chunks) { launch<decltype(entry), decltype(chunks)::value>(context, t); });
  });
}

}  // namespace zipage::cuda
