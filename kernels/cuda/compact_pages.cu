// Step 6 of a compression: kept entries move to the front. All that a head keeps is copied to scratch, then
// to the target pages, so any arrangement of those is safe.
#include "kernels/cuda/ops.h"
#include "kernels/cuda/sequence_rows.cuh"
#include "kernels/cuda/support.cuh"

namespace zipage::cuda {

namespace {

constexpr int kThreads = 256;

struct Compaction {
  CompactPagesArguments a;
  int firstPair;
  int words;                // of 4 bytes in a key and in a value
  std::uint32_t* keys;      // [pairs, keep, words]
  std::uint32_t* values;    // [pairs, keep, words]
  std::int32_t* positions;  // [pairs, keep]
};

/// A block takes some kept entries of one head; a thread takes words of them.
template <bool kIsWriting>
__global__ void __launch_bounds__(kThreads) moveKernel(Compaction c) {
  const CompactPagesArguments& a = c.a;
  const int pair = static_cast<int>(blockIdx.y);
  const HeadPlace at = placeOf(a.entries.kv, c.firstPair + pair);
  const std::int64_t head = c.firstPair + pair;
  SequenceEntries entries = a.entries;
  if (kIsWriting) entries.pageTable = a.targetTable;
  const int perBlock = kThreads;
  const int first = static_cast<int>(blockIdx.x) * perBlock;
  const int count = min(perBlock, a.keep - first);
  for (int i = threadIdx.x; i < count * c.words; i += kThreads) {
    const int rank = first + i / c.words;
    const int word = i % c.words;
    const int entry = kIsWriting ? rank : a.kept[head * a.keep + rank];
    const std::int64_t staged = (static_cast<std::int64_t>(pair) * a.keep + rank) * c.words + word;
    // Entries are counted in KV elements, of which a word holds one or two.
    const std::int64_t bytes = static_cast<std::int64_t>(entry % entries.kv.pageTokens) * c.words * 4;
    const int page = entries.pageTable[entry / entries.kv.pageTokens];
    auto* key = reinterpret_cast<std::uint32_t*>(entries.kv.keyTile(at.layer, page, at.head) + bytes) + word;
    auto* value =
        reinterpret_cast<std::uint32_t*>(entries.kv.valueTile(at.layer, page, at.head) + bytes) + word;
    if (kIsWriting) {
      *key = c.keys[staged];
      *value = c.values[staged];
    } else {
      c.keys[staged] = *key;
      c.values[staged] = *value;
    }
  }
  for (int i = threadIdx.x; i < count; i += kThreads) {
    const int rank = first + i;
    const int source = a.kept[head * a.keep + rank];
    const std::int64_t staged = static_cast<std::int64_t>(pair) * a.keep + rank;
    const std::size_t slot = slotOf(entries, at, kIsWriting ? rank : source);
    if (kIsWriting) {
      entries.kv.positions[slot] = c.positions[staged];
      entries.kv.scores[slot] = a.global[head * a.entries.numEntries + source];
    } else {
      c.positions[staged] = entries.kv.positions[slot];
    }
  }
}

}  // namespace

void compactPages(CudaContext& context, const CompactPagesArguments& a) {
  if (a.keep == 0) return;
  const PagedKv& kv = a.entries.kv;
  Compaction c{a};
  const std::size_t entryBytes = bytesOf(kv.type, kv.headDim);  // of an even head dimension: whole words
  c.words = static_cast<int>(entryBytes / 4);
  const int numPairs = kv.numLayers * kv.kvHeads;
  const std::size_t perPair = static_cast<std::size_t>(a.keep) * (2 * entryBytes + sizeof(std::int32_t));
  const int pairs = headsAtATime(numPairs, perPair);
  std::byte* scratch = context.scratch(perPair * pairs);
  if (scratch == nullptr) return;
  c.keys = reinterpret_cast<std::uint32_t*>(scratch);
  c.values = c.keys + static_cast<std::size_t>(pairs) * a.keep * c.words;
  c.positions =
      reinterpret_cast<std::int32_t*>(c.values + static_cast<std::size_t>(pairs) * a.keep * c.words);
  for (c.firstPair = 0; c.firstPair < numPairs; c.firstPair += pairs) {
    const dim3 grid(static_cast<unsigned>(ceilDivide(a.keep, kThreads)),
                    static_cast<unsigned>(std::min(pairs, numPairs - c.firstPair)));
    moveKernel<false><<<grid, kThreads, 0, context.stream()>>>(c);
    moveKernel<true><<<grid, kThreads, 0, context.stream()>>>(c);
  }
  context.rememberLaunch();
}

}  // namespace zipage::cuda
