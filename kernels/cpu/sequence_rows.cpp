#include "kernels/cpu/sequence_rows.h"

#include <algorithm>

#include "kernels/cpu/vector_math.h"

namespace zipage::cpu {

namespace {

/// Calls read(page, first entry, number of entries) for every page that holds entries.
template <typename Read>
void forEachPage(const SequenceEntries& entries, Read read) {
  const int pageTokens = entries.kv.pageTokens;
  for (int first = 0; first < entries.numEntries; first += pageTokens) {
    read(entries.pageTable[first / pageTokens], first, std::min(pageTokens, entries.numEntries - first));
  }
}

}  // namespace

void readKeys(const SequenceEntries& entries, int layer, int kvHead, float* keys) {
  const PagedKv& kv = entries.kv;
  forEachPage(entries, [&](int page, int first, int count) {
    widen(kv.keyTile(layer, page, kvHead), kv.type, keys + static_cast<std::size_t>(first) * kv.headDim,
          static_cast<std::size_t>(count) * kv.headDim);
  });
}

void readPositions(const SequenceEntries& entries, int layer, int kvHead, std::int32_t* positions) {
  forEachPage(entries, [&](int page, int first, int count) {
    std::copy_n(entries.kv.positions + entries.kv.slotIndex(layer, page, kvHead), count, positions + first);
  });
}

void readScores(const SequenceEntries& entries, int layer, int kvHead, float* scores) {
  forEachPage(entries, [&](int page, int first, int count) {
    std::copy_n(entries.kv.scores + entries.kv.slotIndex(layer, page, kvHead), count, scores + first);
  });
}

}  // namespace zipage::cpu
