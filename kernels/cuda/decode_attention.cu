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

#include "kernels/cuda/decode_attention.h"
#include "kernels/cuda/decode_tiles.cuh"

namespace zipage::cuda {

namespace {

using namespace decode;

constexpr int kLargestChunk = 512;
constexpr int kMostChunks = 1536;  // whose factors fit into the shared memory of a block
constexpr std::size_t kMostScratch = std::size_t{256} << 20;

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
