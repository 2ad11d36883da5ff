// Step 6 of a compression: kept entries move to the front. One task is one (layer, KV head); it reads
// everything it keeps into scratch before it writes, so any arrangement of target pages is safe.
#include <algorithm>
#include <cstring>

#include "kernels/cpu/ops.h"

namespace zipage::cpu {

namespace {

struct Staging {
  std::byte* keys;          // [keep, D]
  std::byte* values;        // [keep, D]
  std::int32_t* positions;  // [keep]
};

void stage(const CompactPagesArguments& a, int layer, int head, const std::int32_t* kept,
           const Staging& staging) {
  const PagedKv& kv = a.entries.kv;
  const std::size_t entryBytes = bytesOf(kv.type, kv.headDim);
  for (int i = 0; i < a.keep; ++i) {
    const int page = a.entries.pageTable[kept[i] / kv.pageTokens];
    const int slot = kept[i] % kv.pageTokens;
    std::memcpy(staging.keys + i * entryBytes, kv.keyTile(layer, page, head) + slot * entryBytes, entryBytes);
    std::memcpy(staging.values + i * entryBytes, kv.valueTile(layer, page, head) + slot * entryBytes,
                entryBytes);
    staging.positions[i] = kv.positions[kv.slotIndex(layer, page, head) + slot];
  }
}

void write(const CompactPagesArguments& a, int layer, int head, const std::int32_t* kept,
           const Staging& staging) {
  const PagedKv& kv = a.entries.kv;
  const std::size_t entryBytes = bytesOf(kv.type, kv.headDim);
  const float* global =
      a.global + (static_cast<std::size_t>(layer) * kv.kvHeads + head) * a.entries.numEntries;
  for (int first = 0; first < a.keep; first += kv.pageTokens) {
    const int page = a.targetTable[first / kv.pageTokens];
    const auto count = static_cast<std::size_t>(std::min(kv.pageTokens, a.keep - first));
    std::memcpy(kv.keyTile(layer, page, head), staging.keys + first * entryBytes, count * entryBytes);
    std::memcpy(kv.valueTile(layer, page, head), staging.values + first * entryBytes, count * entryBytes);
    const std::size_t index = kv.slotIndex(layer, page, head);
    std::copy_n(staging.positions + first, count, kv.positions + index);
    for (std::size_t i = 0; i < count; ++i) kv.scores[index + i] = global[kept[first + static_cast<int>(i)]];
  }
}

}  // namespace

void compactPages(CpuContext& context, const CompactPagesArguments& a) {
  const PagedKv& kv = a.entries.kv;
  const auto keep = static_cast<std::size_t>(a.keep);
  const std::size_t entryBytes = bytesOf(kv.type, kv.headDim);
  const int numTasks = kv.numLayers * kv.kvHeads;
  constexpr std::int64_t kLarge = 1 << 30;  // a compression is always worth every thread
  context.parallelFor(numTasks, kLarge, [&](std::int64_t index, int thread) {
    const int task = static_cast<int>(index);
    float* scratch = context.threadScratch(thread, keep * (2 * entryBytes / sizeof(float) + 3));
    auto* bytes = reinterpret_cast<std::byte*>(scratch + keep);
    const Staging staging{bytes, bytes + keep * entryBytes, reinterpret_cast<std::int32_t*>(scratch)};
    const std::int32_t* kept = a.kept + task * keep;
    stage(a, task / kv.kvHeads, task % kv.kvHeads, kept, staging);
    write(a, task / kv.kvHeads, task % kv.kvHeads, kept, staging);
  });
}

}  // namespace zipage::cpu
