// What one warp of decode_attention.cu does: its tiles of 16 entries, from page to sums.
#pragma once

#include "kernels/cuda/attention_rows.cuh"
#include "kernels/cuda/kv_entries.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/tensor_core.cuh"

namespace zipage::cuda::decode {

constexpr int kWarps = 4;
constexpr int kThreads = kWarps * kWarp;
constexpr int kTile = 16;        // entries
constexpr int kHeads = 8;        // of a block, at most
constexpr float kNone = -1e30F;  // a score that gets no weight

template <int kDim, typename Entry>
struct Shape {
  static constexpr bool kIsPacked = std::is_same_v<Entry, Q8Entry>;
  static constexpr int kRawBytes = kTile * kDim / kQ8Elements * kQ8Bytes;  // of a packed tile
  static constexpr int kSteps = kDim / 16;                                 // products that make one score
  static constexpr int kPieces = kDim / 8;                                 // of 16 bytes in a key
  static constexpr int kRowPieces = (kPieces + 7) / 8 * 8;                 // in shared memory
  static constexpr int kTileBytes = kTile * kRowPieces * 16;
  static constexpr int kStages = kDim > 128 ? 2 : 3;
  static constexpr int kStageBytes = 2 * (kIsPacked ? kRawBytes : kTileBytes);
  static constexpr int kWarpBytes = kStages * kStageBytes + (kIsPacked ? 2 * kTileBytes : 0);
  static constexpr int kStride = kDim + 4;  // floats of an output row in shared memory
  static constexpr int kBytes = std::max(kWarps * kWarpBytes, kWarps* kHeads* kStride * 4);
};

struct Decode {
  PagedAttentionArguments a;
  int firstToken;  // of this launch
  int mostTokens;  // sequences that bring more are left out
  int group;       // query heads of a KV head
  int groupTiles;  // blocks that share them
  int chunk;       // entries of a block
  int maxChunks;
  float* partials;         // [tokens, H, maxChunks, D], output up to the factor in shapes
  float2* shapes;          // [tokens, H, maxChunks]: largest score, sum of weights
  unsigned int* counters;  // [tokens, G, groupTiles]
};

/// One warp's part of a block: tiles warp, warp + 4, … of the chunk.
template <int kDim, typename Entry>
class WarpTiles {
  using S = Shape<kDim, Entry>;
  using Number = typename EntryRow<Entry>::Piece;

 public:
  __device__ WarpTiles(const Decode& d, const AttentionRow& row, int kvHead, int start, int count,
                       std::byte* shared)
      : m_kv(d.a.kv),
        m_layer(d.a.layer),
        m_kvHead(kvHead),
        m_start(start),
        m_count(count),
        m_table(row.table) {
    m_warp = static_cast<int>(threadIdx.x) / kWarp;
    m_lane = static_cast<int>(threadIdx.x) % kWarp;
    m_memory = shared + m_warp * S::kWarpBytes;
    m_shared = sharedAddress(m_memory);
    const int numTiles = ceilDivide(count, kTile);
    m_numTiles = m_warp < numTiles ? (numTiles - m_warp + kWarps - 1) / kWarps : 0;
  }

  /// Starts to copy the first tiles; those with entries from `newest` on have to wait.
  __device__ void begin(int newest) {
#pragma unroll
    for (int i = 0; i < S::kStages - 1; ++i) {
      if (i == m_numBegun && i < m_numTiles && firstEntry(i) + kTile <= newest) {
        copyTile(i);
        ++m_numBegun;
      }
    }
  }
  __device__ void beginRest() {
#pragma unroll
    for (int i = 0; i < S::kStages - 1; ++i) {
      if (i >= m_numBegun && i < m_numTiles) copyTile(i);
      closeCopies();
    }
  }

  /// Reads the queries of this warp's fragments: head g, scaled so that weights are powers of two.
  __device__ void readQueries(const float* queries, int numHeads, float scale) {
    const int g = m_lane / 4;
    const int t = m_lane % 4;
    const float* query = queries + g * kDim + 2 * t;
#pragma unroll
    for (int step = 0; step < S::kSteps; ++step) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const float2 pair = g < numHeads ? *reinterpret_cast<const float2*>(query + step * 16 + half * 8)
                                         : float2{0.0F, 0.0F};
        m_queries[step][half] = pairOf(pair.x * scale, pair.y * scale, Number{});
      }
    }
  }

  __device__ void run() {
    for (int i = 0; i < m_numTiles; ++i) {
      awaitCopies<S::kStages - 2>();
      __syncwarp();
      if (i + S::kStages - 1 < m_numTiles) copyTile(i + S::kStages - 1);
      closeCopies();
      addTile(i);
    }
    awaitCopies<0>();
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      for (int offset = 4; offset < kWarp; offset *= 2)
        m_sums[h] += __shfl_xor_sync(kAllLanes, m_sums[h], offset);
    }
  }

  /// To outputs [kHeads, kStride], largest and sums [kHeads] of this warp.
  __device__ void write(float* outputs, float* largest, float* sums) const {
    const int g = m_lane / 4;
    const int t = m_lane % 4;
#pragma unroll
    for (int tile = 0; tile < S::kSteps; ++tile) {
#pragma unroll
      for (int i = 0; i < 4; ++i)
        outputs[(2 * t + i % 2) * S::kStride + tile * 16 + g + i / 2 * 8] = m_outputs[tile][i];
    }
    if (g != 0) return;
    for (int h = 0; h < 2; ++h) {
      largest[2 * t + h] = m_largest[h];
      sums[2 * t + h] = m_sums[h];
    }
  }

 private:
  __device__ int firstEntry(int i) const { return m_start + (m_warp + i * kWarps) * kTile; }
  __device__ int stageOf(int i) const { return i % S::kStages * S::kStageBytes; }
  /// Pieces of neighbouring rows change places, so that eight rows read at once lie in different banks.
  __device__ static std::uint32_t placeOf(int row, int piece) {
    return static_cast<std::uint32_t>((row * S::kRowPieces + (piece ^ (row & 7))) * 16);
  }

  __device__ void copyTile(int i) const {
    const int first = firstEntry(i);
    const int page = m_table[first / m_kv.pageTokens];
    const std::uint32_t to = m_shared + static_cast<std::uint32_t>(stageOf(i));
    if constexpr (S::kIsPacked) {
      const std::size_t offset = static_cast<std::size_t>(first % m_kv.pageTokens) / kTile * S::kRawBytes;
      const std::byte* keys = m_kv.keyTile(m_layer, page, m_kvHead) + offset;
      const std::byte* values = m_kv.valueTile(m_layer, page, m_kvHead) + offset;
      for (int place = m_lane * 16; place < S::kRawBytes; place += kWarp * 16) {
        copyAsync(to + place, keys + place);
        copyAsync(to + S::kRawBytes + place, values + place);
      }
      return;
    }
    const std::size_t offset = static_cast<std::size_t>(first % m_kv.pageTokens) * kDim * sizeof(Entry);
    const std::byte* keys = m_kv.keyTile(m_layer, page, m_kvHead) + offset;
    const std::byte* values = m_kv.valueTile(m_layer, page, m_kvHead) + offset;
    const int valid = m_start + m_count - first;
#pragma unroll
    for (int j = 0; j < kTile * S::kPieces / kWarp; ++j) {
      const int index = j * kWarp + m_lane;
      const int row = index / S::kPieces;
      const std::uint32_t place = placeOf(row, index % S::kPieces);
      copyAsync(to + place, keys + index * 16, row < valid);
      copyAsync(to + S::kTileBytes + place, values + index * 16, row < valid);
    }
  }

  __device__ void addTile(int i) {
    const int matrix = m_lane / 8;
    const int row = m_lane % 8;
    std::uint32_t keys = m_shared + static_cast<std::uint32_t>(stageOf(i));
    if constexpr (S::kIsPacked) {
      unpackTile(i);
      keys = m_shared + S::kStages * S::kStageBytes;
    }
    const std::uint32_t values = keys + S::kTileBytes;
    float scores[2][4] = {};
#pragma unroll
    for (int step = 0; step < S::kSteps; ++step) {
      std::uint32_t a[4];
      loadMatrices(a, keys + placeOf(matrix % 2 * 8 + row, 2 * step + matrix / 2));
      multiplyAdd(scores[step % 2], a[0], a[1], a[2], a[3], m_queries[step][0], m_queries[step][1], Number{});
    }
    float weights[4];
    weigh(scores, m_start + m_count - firstEntry(i), weights);
    const std::uint32_t b0 = transposed(pairOf(weights[0], weights[1], Number{}));
    const std::uint32_t b1 = transposed(pairOf(weights[2], weights[3], Number{}));
#pragma unroll
    for (int tile = 0; tile < S::kSteps; ++tile) {
      std::uint32_t a[4];
      loadMatricesTransposed(a, values + placeOf(matrix / 2 * 8 + row, 2 * tile + matrix % 2));
      multiplyAdd(m_outputs[tile], a[0], a[1], a[2], a[3], b0, b1, Number{});
    }
  }

  /// From a stage to the halves behind the stages; entries that are not there become zeros.
  __device__ void unpackTile(int i) {
    const auto* raw = reinterpret_cast<const std::uint8_t*>(m_memory + stageOf(i));
    std::byte* to = m_memory + S::kStages * S::kStageBytes;
    const int valid = m_start + m_count - firstEntry(i);
    __syncwarp();  // nobody reads the tile before any more
#pragma unroll 4
    for (int j = 0; j < 2 * kTile * S::kPieces / kWarp; ++j) {
      const int index = j * kWarp + m_lane;
      const int row = index / S::kPieces;  // of keys, then of values
      const int piece = index % S::kPieces;
      const uint4 eight = row % kTile < valid ? unpackEight(raw + row * (S::kRawBytes / kTile), piece * 8)
                                              : uint4{0, 0, 0, 0};
      *reinterpret_cast<uint4*>(to + row / kTile * S::kTileBytes + placeOf(row % kTile, piece)) = eight;
    }
    __syncwarp();
  }

  /// Of `valid` entries; what was added before shrinks where a larger score has come.
  __device__ void weigh(const float (&scores)[2][4], int valid, float (&weights)[4]) {
    const int g = m_lane / 4;
    float largest[2];
#pragma unroll
    for (int i = 0; i < 4; ++i) weights[i] = g + i / 2 * 8 < valid ? scores[0][i] + scores[1][i] : kNone;
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      largest[h] = fmaxf(weights[h], weights[h + 2]);
      for (int offset = 4; offset < kWarp; offset *= 2)
        largest[h] = fmaxf(largest[h], __shfl_xor_sync(kAllLanes, largest[h], offset));
      largest[h] = fmaxf(largest[h], m_largest[h]);
    }
    if (__any_sync(kAllLanes, largest[0] > m_largest[0] || largest[1] > m_largest[1])) {
      const float factors[2] = {powerOfTwo(m_largest[0] - largest[0]), powerOfTwo(m_largest[1] - largest[1])};
#pragma unroll
      for (int tile = 0; tile < S::kSteps; ++tile) {
#pragma unroll
        for (int j = 0; j < 4; ++j) m_outputs[tile][j] *= factors[j % 2];
      }
#pragma unroll
      for (int h = 0; h < 2; ++h) {
        m_sums[h] *= factors[h];
        m_largest[h] = largest[h];
      }
    }
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      weights[i] = powerOfTwo(weights[i] - m_largest[i % 2]);
      m_sums[i % 2] += weights[i];
    }
  }

  const PagedKv& m_kv;
  int m_layer, m_kvHead, m_start, m_count;
  const std::int32_t* m_table;
  int m_warp, m_lane;
  std::byte* m_memory;  // of this warp, shared
  std::uint32_t m_shared;
  int m_numTiles;
  int m_numBegun = 0;
  std::uint32_t m_queries[S::kSteps][2];
  float m_outputs[S::kSteps][4] = {};
  float m_largest[2] = {kNone, kNone};  // of heads 2t and 2t + 1
  float m_sums[2] = {};                 // of this lane's entries, then of all
};

}  // namespace zipage::cuda::decode
