// Step 6 of a compression: kept entries move to the front, in place where targets only ever lie where
// everything has been read (CompactPagesArguments::isAscending), else by way of scratch, which is right for
// any arrangement.
//
// Bound, 2,304 → 2,048 entries of 288 heads of 128 in F16 (Qwen3-8B): 302 MB are read and as much is written,
// 0.14 ms at 4.3 TB/s; twice that by way of scratch. A block owns the keys or the values of one head and goes
// through the kept entries in tiles: all of a tile is in registers before any of it is stored. Entries that
// stay where they are cost nothing.
#include <algorithm>
#include <climits>

#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/sequence_rows.cuh"
#include "kernels/cuda/support.cuh"
#include "kernels/cuda/tensor_core.cuh"

namespace zipage::cuda {

namespace {

constexpr int kThreads = 256;
constexpr int kWordsPerThread = 4;
constexpr int kBlocks = 5;  // at a time on a processor, so that the heads of a model have begun together
constexpr int kTileWords = kThreads * kWordsPerThread;
constexpr int kMostRanks = kThreads;  // of a tile: a thread for each position

struct Compaction {
  CompactPagesArguments a;
  int words;                // of an entry's key or value
  int tileRanks;            // entries of a tile
  int firstPair;            // (layer, KV head) of the first block
  void* staged;             // [pairs, 2, keep, words]
  std::int32_t* positions;  // [pairs, keep]
};

/// Page and slot of an entry.
struct Place {
  int page;
  int slot;
};
__device__ Place placeAt(const std::int32_t* table, int entry, int pageTokens) {
  return {table[entry / pageTokens], entry % pageTokens};
}

/// What a block moves: keys or values of one head.
struct Side {
  const Compaction& c;
  HeadPlace at;
  const std::int32_t* kept;  // [keep]
  bool isValues;

  __device__ Side(const Compaction& compaction, int index)
      : c(compaction),
        at(placeOf(c.a.entries.kv, c.firstPair + index / 2)),
        kept(c.a.kept + static_cast<std::int64_t>(c.firstPair + index / 2) * c.a.keep),
        isValues(index % 2 != 0) {}

  __device__ Place source(int rank) const {
    return placeAt(c.a.entries.pageTable, kept[rank], c.a.entries.kv.pageTokens);
  }
  __device__ Place target(int rank) const {
    return placeAt(c.a.targetTable, rank, c.a.entries.kv.pageTokens);
  }
  /// The first word of an entry.
  template <typename Word>
  __device__ Word* entry(Place place) const {
    const PagedKv& kv = c.a.entries.kv;
    std::byte* tile =
        isValues ? kv.valueTile(at.layer, place.page, at.head) : kv.keyTile(at.layer, place.page, at.head);
    return reinterpret_cast<Word*>(tile) + static_cast<std::int64_t>(place.slot) * c.words;
  }
  __device__ std::size_t slotIndex(Place place) const {
    return c.a.entries.kv.slotIndex(at.layer, place.page, at.head) + place.slot;
  }
  __device__ float newScore(int rank) const {
    return c.a.global[static_cast<std::int64_t>(at.layer * c.a.entries.kv.kvHeads + at.head) *
                          c.a.entries.numEntries +
                      kept[rank]];
  }
};

/// Which words of a tile a thread moves: word() of the tile's rank().
class Share {
 public:
  __device__ explicit Share(const Compaction& c) {
#pragma unroll
    for (int i = 0; i < kWordsPerThread; ++i) {
      const int index = i * kThreads + static_cast<int>(threadIdx.x);
      const int rank = index / c.words;
      m_places[i] = rank < c.tileRanks ? rank << 16 | index % c.words : INT_MAX;
    }
  }
  __device__ int rank(int i) const { return m_places[i] >> 16; }
  __device__ int word(int i) const { return m_places[i] & 0xFFFF; }

 private:
  int m_places[kWordsPerThread];
};

/// In place. The places of the tile to come are worked out while this one is loaded, in three lists by turns:
/// so one barrier a tile is enough, since a tile's sources lie behind all earlier tiles' targets.
template <typename Word>
__global__ void __launch_bounds__(kThreads, kBlocks) moveKernel(const __grid_constant__ Compaction c) {
  awaitPrevious();
  letNextCome();
  __shared__ const Word* sources[3][kMostRanks];
  __shared__ Word* targets[3][kMostRanks];
  const Side side(c, static_cast<int>(blockIdx.x));
  const Share share(c);
  const int thread = static_cast<int>(threadIdx.x);
  const int keep = c.a.keep;
  const auto findPlaces = [&](int tile) {
    const int rank = tile * c.tileRanks + thread;
    if (thread >= c.tileRanks || rank >= keep) return;
    sources[tile % 3][thread] = side.entry<Word>(side.source(rank));
    targets[tile % 3][thread] = side.entry<Word>(side.target(rank));
  };
  findPlaces(0);
  __syncthreads();
  for (int tile = 0; tile * c.tileRanks < keep; ++tile) {
    const int count = min(c.tileRanks, keep - tile * c.tileRanks);
    const auto& from = sources[tile % 3];
    const auto& to = targets[tile % 3];
    Word words[kWordsPerThread];
#pragma unroll
    for (int i = 0; i < kWordsPerThread; ++i) {
      if (share.rank(i) < count && from[share.rank(i)] != to[share.rank(i)])
        words[i] = from[share.rank(i)][share.word(i)];
    }
    const int rank = tile * c.tileRanks + thread;
    const bool hasPosition = !side.isValues && thread < count;
    std::int32_t position = 0;
    if (hasPosition) position = c.a.entries.kv.positions[side.slotIndex(side.source(rank))];
    findPlaces(tile + 1);
    __syncthreads();
#pragma unroll
    for (int i = 0; i < kWordsPerThread; ++i) {
      if (share.rank(i) < count && from[share.rank(i)] != to[share.rank(i)])
        to[share.rank(i)][share.word(i)] = words[i];
    }
    if (thread >= count) continue;
    const std::size_t index = side.slotIndex(side.target(rank));
    if (hasPosition)
      c.a.entries.kv.positions[index] = position;
    else
      c.a.entries.kv.scores[index] = side.newScore(rank);
  }
}

/// From the pages to scratch, or from there to the target pages; a block moves one tile.
template <typename Word, bool kIsWriting>
__global__ void __launch_bounds__(kThreads) stageKernel(const __grid_constant__ Compaction c) {
  const Side side(c, static_cast<int>(blockIdx.y));
  const Share share(c);
  const int thread = static_cast<int>(threadIdx.x);
  const int first = static_cast<int>(blockIdx.x) * c.tileRanks;
  const int count = min(c.tileRanks, c.a.keep - first);
  Word* staged =
      static_cast<Word*>(c.staged) + (static_cast<std::int64_t>(blockIdx.y) * c.a.keep + first) * c.words;
#pragma unroll
  for (int i = 0; i < kWordsPerThread; ++i) {
    if (share.rank(i) >= count) continue;
    Word& word = staged[static_cast<std::int64_t>(share.rank(i)) * c.words + share.word(i)];
    if (kIsWriting)
      side.entry<Word>(side.target(first + share.rank(i)))[share.word(i)] = word;
    else
      word = side.entry<Word>(side.source(first + share.rank(i)))[share.word(i)];
  }
  if (thread >= count || side.isValues) return;
  const int rank = first + thread;
  std::int32_t& position = c.positions[static_cast<std::int64_t>(blockIdx.y / 2) * c.a.keep + rank];
  if (kIsWriting) {
    const std::size_t index = side.slotIndex(side.target(rank));
    c.a.entries.kv.positions[index] = position;
    c.a.entries.kv.scores[index] = side.newScore(rank);
  } else {
    position = c.a.entries.kv.positions[side.slotIndex(side.source(rank))];
  }
}

template <typename Word>
void moveThroughScratch(CudaContext& context, Compaction c) {
  const int numPairs = c.a.entries.kv.numLayers * c.a.entries.kv.kvHeads;
  const std::size_t entryBytes = static_cast<std::size_t>(c.words) * sizeof(Word);
  const std::size_t perPair = static_cast<std::size_t>(c.a.keep) * (2 * entryBytes + sizeof(std::int32_t));
  const int pairs = headsAtATime(numPairs, perPair);
  std::byte* scratch = context.scratch(perPair * pairs);
  if (scratch == nullptr) return;
  c.staged = scratch;
  c.positions = reinterpret_cast<std::int32_t*>(scratch + 2 * entryBytes * c.a.keep * pairs);
  for (; c.firstPair < numPairs; c.firstPair += pairs) {
    const dim3 grid(static_cast<unsigned>(ceilDivide(c.a.keep, c.tileRanks)),
                    static_cast<unsigned>(2 * std::min(pairs, numPairs - c.firstPair)));
    stageKernel<Word, false><<<grid, kThreads, 0, context.stream()>>>(c);
    stageKernel<Word, true><<<grid, kThreads, 0, context.stream()>>>(c);
  }
}

template <typename Word>
void move(CudaContext& context, const CompactPagesArguments& a) {
  const PagedKv& kv = a.entries.kv;
  Compaction c{a};
  c.words = static_cast<int>(bytesOf(kv.type, kv.headDim) / sizeof(Word));
  c.tileRanks = std::clamp(kTileWords / c.words, 1, kMostRanks);
  if (a.isAscending)
    launchChained(context, moveKernel<Word>, dim3(static_cast<unsigned>(2 * kv.numLayers * kv.kvHeads)),
                  kThreads, 0, c);
  else
    moveThroughScratch<Word>(context, c);
}

}  // namespace

void compactPages(CudaContext& context, const CompactPagesArguments& a) {
  if (a.keep == 0) return;
  const std::size_t entryBytes = bytesOf(a.entries.kv.type, a.entries.kv.headDim);
  if (entryBytes % sizeof(uint4) == 0)
    move<uint4>(context, a);
  else if (entryBytes % sizeof(uint2) == 0)
    move<uint2>(context, a);
  else if (entryBytes % sizeof(std::uint32_t) == 0)
    move<std::uint32_t>(context, a);
  else  // every type's entries have an even number of bytes
    move<std::uint16_t>(context, a);
  context.rememberLaunch();
}

}  // namespace zipage::cuda
