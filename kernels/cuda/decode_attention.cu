// Attention of single tokens over pages of F16, BF16 or Q8_0, on tensor cores, bound by reading keys and
// values once. Tiles of Q8_0 are copied as they lie and become halves in shared memory.
//
// A block takes one token, one KV head with up to eight of its query heads, and one chunk of entries. Its
// four warps take turns in tiles of sixteen entries, which lie in one page: copied to shared memory three
// tiles ahead, then
//     scores [16 entries, 8 heads] = K [16, D] · Qᵀ          K as fragment A, rows of entries
//     weights = 2^(score − largest so far)                    in registers, turned for what comes next
//     output [D, 8 heads] += Vᵀ [D, 16] · weights             V as fragment A, read transposed
// At the end the warps are joined, then the chunks, by the last block of a token to finish, both in order.
//
// In flight, D = 128 in 16 bits: 2 blocks × 4 warps × 2 tiles × 8 KB = 128 KB a multiprocessor.
#include <algorithm>

#include "kernels/cuda/attention_rows.cuh"
#include "kernels/cuda/decode_attention.h"
#include "kernels/cuda/kv_entries.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/tensor_core.cuh"

namespace zipage::cuda {

namespace {

constexpr int kWarps = 4;
constexpr int kThreads = kWarps * kWarp;
constexpr int kTile = 16;  // entries
constexpr int kHeads = 8;  // of a block, at most
constexpr int kLargestChunk = 512;
constexpr int kMostChunks = 1536;  // whose factors fit into the shared memory of a block
constexpr std::size_t kMostScratch = std::size_t{256} << 20;
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

/// Joins the chunks of the block's heads; all threads of the last block call.
template <int kDim>
__device__ void joinChunks(const Decode& d, std::int64_t firstRow, int numHeads, int numChunks,
                           float* factors, std::int64_t outputPlace) {
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  for (int h = warp; h < numHeads; h += kWarps) {
    const float2* shapes = d.shapes + (firstRow + h) * d.maxChunks;
    float* to = factors + h * numChunks;
    float largest = kNone;
    for (int c = lane; c < numChunks; c += kWarp) largest = fmaxf(largest, __ldcg(&shapes[c].x));
    largest = warpMax(largest);
    float sum = 0.0F;
    for (int c = lane; c < numChunks; c += kWarp) {
      const float factor = powerOfTwo(__ldcg(&shapes[c].x) - largest);
      sum = fmaf(factor, __ldcg(&shapes[c].y), sum);
      to[c] = factor;
    }
    sum = warpSum(sum);
    __syncwarp();
    for (int c = lane; c < numChunks; c += kWarp) to[c] /= sum;
  }
  __syncthreads();
  for (int i = threadIdx.x; i < numHeads * kDim / 4; i += kThreads) {
    const int h = i / (kDim / 4);
    const int place = i % (kDim / 4) * 4;
    const float* from = d.partials + (firstRow + h) * d.maxChunks * kDim + place;
    float4 sum{};
#pragma unroll 8
    for (int c = 0; c < numChunks; ++c) {
      const float4 part = __ldcg(reinterpret_cast<const float4*>(from + static_cast<std::int64_t>(c) * kDim));
      const float factor = factors[h * numChunks + c];
      sum = {fmaf(factor, part.x, sum.x), fmaf(factor, part.y, sum.y), fmaf(factor, part.z, sum.z),
             fmaf(factor, part.w, sum.w)};
    }
    const std::int64_t to = outputPlace + h * kDim + place;
    storeOutput(d.a.output, to, sum.x);
    storeOutput(d.a.output, to + 1, sum.y);
    storeOutput(d.a.output, to + 2, sum.z);
    storeOutput(d.a.output, to + 3, sum.w);
  }
}

template <int kDim, typename Entry>
__global__ void __launch_bounds__(kThreads) decodeKernel(const Decode d) {
  using S = Shape<kDim, Entry>;
  extern __shared__ __align__(128) std::byte shared[];
  __shared__ float largest[kWarps][kHeads];
  __shared__ float sums[kWarps][kHeads];
  __shared__ bool isLast;
  const int localToken = static_cast<int>(blockIdx.z);
  const int token = d.firstToken + localToken;
  const AttentionRow row(d.a.batch, token);
  const int start = static_cast<int>(blockIdx.x) * d.chunk;
  if (start >= row.visible || row.numTokens > d.mostTokens) {
    awaitPrevious();  // the end of this kernel promises that what was before has ended
    return;
  }
  const int count = min(d.chunk, row.visible - start);
  const int numChunks = ceilDivide(row.visible, d.chunk);
  const int kvHead = static_cast<int>(blockIdx.y) / d.groupTiles;
  const int firstOfGroup = static_cast<int>(blockIdx.y) % d.groupTiles * kHeads;
  const int firstHead = kvHead * d.group + firstOfGroup;
  const int numHeads = min(kHeads, d.group - firstOfGroup);

  WarpTiles<kDim, Entry> tiles(d, row, kvHead, start, count, shared);
  // Entries of earlier steps, and the tables, were there before the kernel in front of this one began.
  tiles.begin(row.visible - row.numTokens);
  awaitPrevious();
  letNextCome();
  tiles.beginRest();
  tiles.readQueries(
      static_cast<const float*>(d.a.queries.data) + token * d.a.queries.columns + firstHead * kDim, numHeads,
      d.a.scale * 1.44269504F);
  tiles.run();
  __syncthreads();                                    // of all warps' tiles nothing is read any more
  float* outputs = reinterpret_cast<float*>(shared);  // [kWarps, kHeads, kStride]
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  tiles.write(outputs + warp * kHeads * S::kStride, largest[warp], sums[warp]);
  __syncthreads();

  const std::int64_t outputPlace = token * d.a.output.columns + firstHead * kDim;
  const std::int64_t firstRow = static_cast<std::int64_t>(localToken) * d.a.queryHeads + firstHead;
  for (int i = threadIdx.x; i < numHeads * kDim; i += kThreads) {
    const int h = i / kDim;
    float top = kNone;
    for (int w = 0; w < kWarps; ++w) top = fmaxf(top, largest[w][h]);
    float sum = 0.0F;
    float output = 0.0F;
    for (int w = 0; w < kWarps; ++w) {
      const float factor = powerOfTwo(largest[w][h] - top);
      sum = fmaf(factor, sums[w][h], sum);
      output = fmaf(factor, outputs[(w * kHeads + h) * S::kStride + i % kDim], output);
    }
    if (numChunks == 1) {
      storeOutput(d.a.output, outputPlace + i, output / sum);
      continue;
    }
    const std::int64_t place = (firstRow + h) * d.maxChunks + blockIdx.x;
    d.partials[place * kDim + i % kDim] = output;
    if (i % kDim == 0) d.shapes[place] = {top, sum};
  }
  if (numChunks == 1) return;
  __threadfence();
  __syncthreads();
  unsigned int* counter = d.counters + static_cast<std::int64_t>(localToken) * gridDim.y + blockIdx.y;
  if (threadIdx.x == 0) isLast = atomicAdd(counter, 1U) + 1 == static_cast<unsigned>(numChunks);
  __syncthreads();
  if (!isLast) return;
  if (threadIdx.x == 0) *counter = 0;
  __threadfence();
  joinChunks<kDim>(d, firstRow, numHeads, numChunks, outputs, outputPlace);
}

template <int kDim, typename Entry>
void launch(CudaContext& context, const Decode& d, int numTokens) {
  constexpr int kBytes = Shape<kDim, Entry>::kBytes;
  context.remember(
      cudaFuncSetAttribute(decodeKernel<kDim, Entry>, cudaFuncAttributeMaxDynamicSharedMemorySize, kBytes));
  const dim3 grid(static_cast<unsigned>(d.maxChunks), static_cast<unsigned>(d.a.kv.kvHeads * d.groupTiles),
                  static_cast<unsigned>(numTokens));
  launchChained(context, decodeKernel<kDim, Entry>, grid, kThreads, kBytes, d);
}

template <typename Entry>
void launchDim(CudaContext& context, const Decode& d, int numTokens) {
  switch (d.a.kv.headDim) {
    case 64:
      return launch<64, Entry>(context, d, numTokens);
    case 80:
      if constexpr (!std::is_same_v<Entry, Q8Entry>) return launch<80, Entry>(context, d, numTokens);
      return;
    case 96:
      return launch<96, Entry>(context, d, numTokens);
    case 128:
      return launch<128, Entry>(context, d, numTokens);
    case 256:
      return launch<256, Entry>(context, d, numTokens);
  }
}

bool hasKernel(const PagedKv& kv) {
  const bool hasType = kv.type == DataType::F16 || kv.type == DataType::BF16 || kv.type == DataType::Q8_0;
  const int dim = kv.headDim;
  const bool hasDim = dim == 64 || dim == 80 || dim == 96 || dim == 128 || dim == 256;
  return hasType && hasDim && kv.pageTokens % kTile == 0;
}

/// The largest chunk that still gives every multiprocessor some blocks.
int chunkFor(const Decode& d, int numProcessors) {
  const int entries = d.a.batch.maxPages * d.a.kv.pageTokens;
  const int rows = d.a.batch.numTokens * d.a.kv.kvHeads * d.groupTiles;
  int chunk = kLargestChunk;
  while (chunk > kWarps * kTile && rows * ceilDivide(entries, chunk) < numProcessors) chunk /= 2;
  return chunk;
}

}  // namespace

bool decodeAttention(CudaContext& context, const PagedAttentionArguments& a, int mostTokens) {
  if (!hasKernel(a.kv)) return false;
  Decode d{a};
  d.mostTokens = mostTokens;
  d.group = a.queryHeads / a.kv.kvHeads;
  d.groupTiles = ceilDivide(d.group, kHeads);
  d.chunk = chunkFor(d, context.numProcessors());
  d.maxChunks = std::max(1, ceilDivide(a.batch.maxPages * a.kv.pageTokens, d.chunk));
  if (d.maxChunks > kMostChunks) return false;
  const std::size_t chunks = static_cast<std::size_t>(a.queryHeads) * d.maxChunks;  // of a token
  const std::size_t perToken = chunks * (a.kv.headDim * sizeof(float) + sizeof(float2));
  const int tokens = static_cast<int>(
      std::clamp<std::size_t>(kMostScratch / perToken, 1, std::min(a.batch.numTokens, 65535)));
  d.partials = reinterpret_cast<float*>(context.scratch(perToken * tokens));
  d.shapes = reinterpret_cast<float2*>(d.partials + chunks * a.kv.headDim * tokens);
  d.counters = context.counters(static_cast<std::size_t>(tokens) * a.kv.kvHeads * d.groupTiles);
  if (d.partials == nullptr || d.counters == nullptr) return true;  // the error is remembered
  for (d.firstToken = 0; d.firstToken < a.batch.numTokens; d.firstToken += tokens) {
    const int count = std::min(tokens, a.batch.numTokens - d.firstToken);
    if (a.kv.type == DataType::Q8_0)
      launchDim<Q8Entry>(context, d, count);
    else if (a.kv.type == DataType::F16)
      launchDim<__half>(context, d, count);
    else
      launchDim<__nv_bfloat16>(context, d, count);
  }
  return true;
}

}  // namespace zipage::cuda
