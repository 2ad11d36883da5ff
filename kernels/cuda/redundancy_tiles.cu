// Step 4 of a compression on tensor cores: cosines of unit keys in F16, sums in float32.
//
// Bound, for 2,304 entries of 288 heads of 128 (Qwen3-8B): keys are read (170 MB), unit keys written and read
// (340 MB), 0.12 ms at 4.3 TB/s. Cosines in even segments of at most 512 are 288 · 5 · 461² · 128
// multiply-adds, 78 GFLOP, 0.2 ms at 400 TFLOP/s when every pair is asked for; hence:
//   - the sum of a row's cosines is one product with the sum of all unit keys, not n of them;
//   - a row's best match is among newer entries, and so is the newest of its near-duplicates where it has a
//   newer
//     one. So one launch makes the cosines with newer entries only, half of all, and notes which squares of
//     them hold a near-duplicate; a second one looks at older entries, for rows that found no newer one, in
//     such squares.
// What is kept per cosine is then one maximum. The order of every sum is fixed by the shapes.
#include <climits>

#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/redundancy_tiles.cuh"

namespace zipage::cuda {

namespace {
constexpr int kCosineWarps = 8;
constexpr int kCosineThreads = kCosineWarps * kWarp;
constexpr int kColumns = 64;  // entries that a block compares its rows with at a time

/// What a thread has found of one row among the columns it sees, which pass in descending order.
struct Found {
  float best = 0.0F;  // the largest cosine with a newer entry, or 0
  int newest = -1;    // the largest column above the threshold
  float duplicate = 0.0F;
};

/// Four cosines of one row: columns `column`, + 1, + 8, + 9. Whether one may be above the threshold.
template <bool kIsDiagonal>
__device__ bool look(Found& found, float (&cosines)[4], int row, int column, int end, float threshold) {
  constexpr int kOffsets[4] = {0, 1, 8, 9};
  if constexpr (kIsDiagonal) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      if (column + kOffsets[i] == row) cosines[i] = -2.0F;
      if (column + kOffsets[i] > row) found.best = fmaxf(found.best, cosines[i]);
    }
  }
  const float largest = fmaxf(fmaxf(cosines[0], cosines[1]), fmaxf(cosines[2], cosines[3]));
  if constexpr (!kIsDiagonal) found.best = fmaxf(found.best, largest);
  if (largest > threshold && found.newest < 0) {
#pragma unroll
    for (int i = 3; i >= 0; --i) {
      if (cosines[i] > threshold && column + kOffsets[i] < end && found.newest < 0) {
        found.newest = column + kOffsets[i];
        found.duplicate = cosines[i];
      }
    }
  }
  return largest > threshold;
}

/// Where a block and its warps are: kTiles · 16 rows a warp, of one segment of one head.
template <int kChunks, int kTiles>
struct CosineBlock {
  static constexpr int kWidth = kChunks * kChunkColumns;
  static constexpr int kWarpRows = kTiles * 16;
  static constexpr int kRows = kTiles * 2;  // of each thread: row r is warpRow + lane / 4 + 8 · r
  static constexpr int kBlockRows = kCosineWarps * kWarpRows;

  const TensorRepeats& t;
  std::int64_t pair;
  int segment;
  int start;  // of the segment
  int end;
  int firstRow;
  int warpRow;
  int lane;
  const __half* keys;  // of the head, [n, kWidth]

  __device__ explicit CosineBlock(const TensorRepeats& repeats) : t(repeats) {
    const int rowTiles = ceilDivide(t.segments.longest(), kBlockRows);
    pair = gridDim.y - 1 - blockIdx.y;  // those last written are still in the cache
    segment = static_cast<int>(blockIdx.x) / rowTiles;
    start = t.segments.start(segment);
    end = t.segments.start(segment + 1);
    firstRow = start + static_cast<int>(blockIdx.x) % rowTiles * kBlockRows;
    warpRow = firstRow + static_cast<int>(threadIdx.x) / kWarp * kWarpRows;
    lane = static_cast<int>(threadIdx.x) % kWarp;
    keys = t.keys + pair * t.a.entries.numEntries * kWidth;
  }

  __device__ int rowOf(int r) const { return warpRow + lane / 4 + 8 * r; }
  /// Which of the squares of kColumns entries the warp's rows lie in.
  __device__ int rowSquare() const { return (warpRow - start) / kColumns; }
  __device__ int firstColumn(int square) const { return start + square * kColumns; }
  __device__ bool isOlder(int square) const { return firstColumn(square) + kColumns <= warpRow; }
  __device__ bool isNewer(int square) const { return firstColumn(square) >= warpRow + kWarpRows; }

  __device__ void fetch(int square, RowTile<kChunks> to) const {
    for (int i = static_cast<int>(threadIdx.x); i < kColumns * RowTile<kChunks>::kPieces;
         i += kCosineThreads) {
      const int row = i / RowTile<kChunks>::kPieces;
      const int piece = i % RowTile<kChunks>::kPieces;
      const int entry = firstColumn(square) + row;
      copyAsync(sharedAddress(&to.at(row, piece)),
                keys + static_cast<std::int64_t>(min(entry, end - 1)) * kWidth + piece * 8, entry < end);
    }
    closeCopies();
  }
  __device__ void loadRows(uint4 (&rows)[kRows][kChunks]) const {
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
#pragma unroll
      for (int c = 0; c < kChunks; ++c) {
        const __half* from = keys + static_cast<std::int64_t>(rowOf(r)) * kWidth + c * kChunkColumns;
        rows[r][c] = rowOf(r) < end ? *reinterpret_cast<const uint4*>(from + lane % 4 * 8) : uint4{};
      }
    }
  }

  /// Compares the warp's rows with a square of columns. Whether one may be a near-duplicate.
  template <bool kIsDiagonal>
  __device__ bool compare(const uint4 (&rows)[kRows][kChunks], RowTile<kChunks> columns, int square,
                          Found (&found)[kRows]) const {
    bool hits = false;
#pragma unroll 1
    for (int column = kColumns - 16; column >= 0; column -= 16) {
      float sums[kTiles][2][4] = {};
#pragma unroll
      for (int c = 0; c < kChunks; ++c) {
        const uint4 low = columns.chunk(column, c);
        const uint4 high = columns.chunk(column + 8, c);
#pragma unroll
        for (int m = 0; m < kTiles; ++m) {
          multiplyChunk<__half>(sums[m][0], rows[2 * m][c], rows[2 * m + 1][c], low);
          multiplyChunk<__half>(sums[m][1], rows[2 * m][c], rows[2 * m + 1][c], high);
        }
      }
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
        const int half = r % 2 * 2;
        float cosines[4] = {sums[r / 2][0][half], sums[r / 2][0][half + 1], sums[r / 2][1][half],
                            sums[r / 2][1][half + 1]};
        hits |= look<kIsDiagonal>(found[r], cosines, rowOf(r), firstColumn(square) + column + lane % 4 * 2,
                                  end, t.a.similarityThreshold);
      }
    }
    return hits;
  }

  /// The four lanes of a row join what they found.
  __device__ static void join(Found& all) {
#pragma unroll
    for (int offset = 1; offset <= 2; offset *= 2) {
      const float best = fmaxf(all.best, __shfl_xor_sync(kAllLanes, all.best, offset));
      const int newest = __shfl_xor_sync(kAllLanes, all.newest, offset);
      const float duplicate = __shfl_xor_sync(kAllLanes, all.duplicate, offset);
      all = newest > all.newest ? Found{best, newest, duplicate} : Found{best, all.newest, all.duplicate};
    }
  }
  __device__ void clear(const Found& all, float share) const {
    atomicAdd(t.cleared + pair * t.a.entries.numEntries + all.newest, toFixed(all.duplicate * share));
  }
};

/// Cosines with newer entries, and with near ones.
template <int kChunks, int kTiles>
__global__ void __launch_bounds__(kCosineThreads, 2) newerKernel(const __grid_constant__ TensorRepeats t) {
  awaitPrevious();
  letNextCome();
  using Block = CosineBlock<kChunks, kTiles>;
  extern __shared__ uint4 pieces[];
  __shared__ float total[Block::kWidth];
  const Block block(t);
  if (block.firstRow >= block.end) return;
  const auto columnsOf = [&](int square) {
    return RowTile<kChunks>{pieces + square % 2 * kColumns * RowTile<kChunks>::kPieces};
  };
  const int last = (block.end - block.start - 1) / kColumns;
  const int first = (block.firstRow - block.start) / kColumns;
  block.fetch(last, columnsOf(last));
  uint4 rows[Block::kRows][kChunks];
  block.loadRows(rows);
  const float* totals = t.totalsOf(block.pair, block.segment);
  const int numTotals = ceilDivide(block.end - block.start, kUnitRows);
  for (int i = static_cast<int>(threadIdx.x); i < Block::kWidth; i += kCosineThreads) {
    float sum = 0.0F;
    for (int part = 0; part < numTotals; ++part) sum += totals[part * Block::kWidth + i];
    total[i] = sum;
  }

  Found found[Block::kRows];
  for (int square = last; square >= first; --square) {
    awaitCopies<0>();
    __syncthreads();  // and everybody is done with the square before
    if (square > first) block.fetch(square - 1, columnsOf(square - 1));
    if (block.isOlder(square)) continue;
    if (!block.isNewer(square)) {
      block.template compare<true>(rows, columnsOf(square), square, found);
    } else if (__any_sync(kAllLanes, block.template compare<false>(rows, columnsOf(square), square, found))) {
      if (block.lane == 0) t.hit(block.pair, block.segment, block.rowSquare(), square) = 1;
    }
  }

  const float share = 1.0F / static_cast<float>(t.segments.divisor(block.segment));
#pragma unroll
  for (int r = 0; r < Block::kRows; ++r) {
    // Σ over all cosines, the one with itself taken out.
    float sum = 0.0F;
#pragma unroll
    for (int c = 0; c < kChunks; ++c) {
      float own[8];
      widenPiece<__half>(rows[r][c], own);
#pragma unroll
      for (int i = 0; i < 8; ++i)
        sum = fmaf(own[i], total[c * kChunkColumns + block.lane % 4 * 8 + i] - own[i], sum);
    }
    sum += __shfl_xor_sync(kAllLanes, sum, 1);
    sum += __shfl_xor_sync(kAllLanes, sum, 2);
    Block::join(found[r]);
    const int row = block.rowOf(r);
    if (block.lane % 4 != 0 || row >= block.end) continue;
    const std::int64_t place = block.pair * t.a.entries.numEntries + row;
    t.own[place] = sum * share + t.a.repeatWeight * found[r].best;
    t.newest[place] = found[r].newest;
    if (found[r].newest >= 0) block.clear(found[r], share);
  }
}

/// Cosines with older entries, for rows that have no near-duplicate yet, in squares where there is one.
template <int kChunks, int kTiles>
__global__ void __launch_bounds__(kCosineThreads, 2) olderKernel(const __grid_constant__ TensorRepeats t) {
  awaitPrevious();
  letNextCome();
  using Block = CosineBlock<kChunks, kTiles>;
  extern __shared__ uint4 pieces[];
  const Block block(t);
  if (block.firstRow >= block.end) return;
  const RowTile<kChunks> columns{pieces};
  Found found[Block::kRows];
#pragma unroll
  for (int r = 0; r < Block::kRows; ++r) {
    const int row = block.rowOf(r);
    found[r].newest = row < block.end ? t.newest[block.pair * t.a.entries.numEntries + row]
                                      : INT_MAX;  // nobody looks for it
  }
  const auto looks = [&] {
    bool hasAll = true;
#pragma unroll
    for (int r = 0; r < Block::kRows; ++r) {
      unsigned votes = __ballot_sync(kAllLanes, found[r].newest >= 0);
      votes |= votes >> 1;
      votes |= votes >> 2;
      hasAll = hasAll && (votes & 0x11111111U) == 0x11111111U;
    }
    return !hasAll;
  };
  bool isLooking = looks();
  if (!__syncthreads_or(isLooking)) return;
  bool isNew[Block::kRows];
#pragma unroll
  for (int r = 0; r < Block::kRows; ++r) isNew[r] = found[r].newest < 0;
  uint4 rows[Block::kRows][kChunks];
  block.loadRows(rows);
  for (int square = (block.firstRow + Block::kBlockRows - 1 - block.start) / kColumns; square >= 0;
       --square) {
    const bool wants = isLooking && block.isOlder(square) &&
                       t.hit(block.pair, block.segment, square, block.rowSquare()) != 0;
    if (!__syncthreads_or(wants)) continue;
    block.fetch(square, columns);
    awaitCopies<0>();
    __syncthreads();
    if (wants) {
      block.template compare<false>(rows, columns, square, found);
      isLooking = looks();
    }
  }
  const float share = 1.0F / static_cast<float>(t.segments.divisor(block.segment));
#pragma unroll
  for (int r = 0; r < Block::kRows; ++r) {
    Block::join(found[r]);
    if (block.lane % 4 == 0 && isNew[r] && found[r].newest >= 0) block.clear(found[r], share);
  }
}

TensorRepeats repeatsOf(const Repeats& repeats) {
  TensorRepeats t{repeats};
  t.chunks = chunksOf(repeats.a.entries.kv.headDim);
  t.unitTiles = ceilDivide(repeats.segments.longest(), kUnitRows);
  t.squares = ceilDivide(repeats.segments.longest(), kColumns);
  return t;
}
template <int kChunks>
void launchCosines(CudaContext& context, const TensorRepeats& t, int pairs) {
  constexpr int kTiles = kChunks <= 4 ? 2 : 1;  // what a thread's registers hold
  constexpr int kBlockRows = CosineBlock<kChunks, kTiles>::kBlockRows;
  constexpr std::size_t kBytes = RowTile<kChunks>::bytes(kColumns);
  if (2 * kBytes > 47 * 1024) {
    context.remember(cudaFuncSetAttribute(newerKernel<kChunks, kTiles>,
                                          cudaFuncAttributeMaxDynamicSharedMemorySize, 2 * kBytes));
  }
  const dim3 grid(static_cast<unsigned>(t.segments.count() * ceilDivide(t.segments.longest(), kBlockRows)),
                  static_cast<unsigned>(pairs));
  launchChained(context, newerKernel<kChunks, kTiles>, grid, kCosineThreads, 2 * kBytes, t);
  launchChained(context, olderKernel<kChunks, kTiles>, grid, kCosineThreads, kBytes, t);
}

}  // namespace

bool hasTensorCosines(const Repeats& repeats) {
  const int headDim = repeats.a.entries.kv.headDim;
  const bool splits = repeats.a.rope.style == RopeStyle::HalfSplit;
  return headDim % 8 == 0 && headDim <= 256 && repeats.dimensions % (splits ? kSlotColumns : 8) == 0 &&
         withTensorEntry(repeats.a.entries.kv.type, [](auto) {});
}

std::size_t tensorCosineBytes(const Repeats& repeats) {
  const TensorRepeats t = repeatsOf(repeats);
  const auto n = static_cast<std::size_t>(t.segments.numEntries);
  const auto segments = static_cast<std::size_t>(t.segments.count());
  const std::size_t bytes = t.width() * (n * sizeof(__half) + segments * t.unitTiles * sizeof(float)) +
                            n * sizeof(std::int32_t) + segments * t.squares * t.squares;
  return ceilDivide(bytes, std::size_t{16}) * 16;
}

void launchTensorCosines(CudaContext& context, const Repeats& repeats, std::byte* scratch, int pairs) {
  TensorRepeats t = repeatsOf(repeats);
  const auto all = static_cast<std::size_t>(pairs) * t.segments.numEntries;
  t.keys = reinterpret_cast<__half*>(scratch);
  t.totals = reinterpret_cast<float*>(t.keys + all * t.width());
  t.newest = reinterpret_cast<std::int32_t*>(t.totals + static_cast<std::size_t>(pairs) * t.segments.count() *
                                                            t.unitTiles * t.width());
  t.hits = reinterpret_cast<std::uint8_t*>(t.newest + all);
  launchUnitKeys(context, t, pairs);
  withChunks(repeats.a.entries.kv.headDim,
             [&](auto chunks) { launchCosines<decltype(chunks)::value>(context, t, pairs); });
}

}  // namespace zipage::cuda
