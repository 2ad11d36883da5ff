// Step 4 of a compression: how much an entry's key repeats what others in its segment say.
#include <algorithm>
#include <cmath>

#include "kernels/cpu/ops.h"
#include "kernels/cpu/rotation.h"
#include "kernels/cpu/sequence_rows.h"
#include "kernels/cpu/vector_math.h"

namespace zipage::cpu {

namespace {

/// Keys [n, D] become unit vectors; zero keys stay zero, and are then similar to nothing.
void normalizeKeys(const RedundancyArguments& a, const std::int32_t* positions, float* keys, float* table) {
  const int headDim = a.entries.kv.headDim;
  const bool undo = a.positionFree && a.rope.inverseFrequencies != nullptr;
  for (int j = 0; j < a.entries.numEntries; ++j) {
    float* key = keys + static_cast<std::size_t>(j) * headDim;
    if (undo) {
      fillRotation(a.rope, headDim, positions[j], Turn::Back, table);
      rotateHead(key, headDim, a.rope.style, table);
    }
    const float square = dotProduct(key, key, headDim);
    scaleBy(key, square > 0.0F ? 1.0F / std::sqrt(square) : 0.0F, nullptr, key, headDim);
  }
}

/// sums[m] = Σ cosines of row m inside the segment, the newest near-duplicate of each column cleared.
void sumSegment(const RedundancyArguments& a, const float* keys, int first, int last, float* cosines,
                float* sums) {
  const int headDim = a.entries.kv.headDim;
  const auto key = [&](int j) { return keys + static_cast<std::size_t>(j) * headDim; };
  std::fill(sums + first, sums + last, 0.0F);
  for (int column = first; column < last; ++column) {
    int newest = -1;
    for (int m = first; m < last; ++m) {
      cosines[m - first] = m == column ? 0.0F : dotProduct(key(m), key(column), headDim);
      if (cosines[m - first] > a.similarityThreshold) newest = m;
    }
    if (newest >= 0) cosines[newest - first] = 0.0F;
    for (int m = first; m < last; ++m) sums[m] += cosines[m - first];
  }
}

void redundancyOfHead(const RedundancyArguments& a, int layer, int head, float* scratch, float* output) {
  const int n = a.entries.numEntries;
  const int headDim = a.entries.kv.headDim;
  const int segment = a.segmentTokens > 0 ? a.segmentTokens : n;
  float* keys = scratch;
  float* cosines = keys + static_cast<std::size_t>(n) * headDim;
  float* table = cosines + n;
  auto* positions = reinterpret_cast<std::int32_t*>(table + headDim);
  readKeys(a.entries, layer, head, keys);
  readPositions(a.entries, layer, head, positions);
  normalizeKeys(a, positions, keys, table);
  for (int first = 0; first < n; first += segment)
    sumSegment(a, keys, first, std::min(n, first + segment), cosines, output);
  scaleBy(output, 1.0F / (a.temperature * static_cast<float>(segment)), nullptr, output, n);
  const float largest = *std::max_element(output, output + n);
  const float sum = exponentials(output, largest, n);
  scaleBy(output, 1.0F / sum, nullptr, output, n);
}

}  // namespace

void redundancy(CpuContext& context, const RedundancyArguments& a) {
  const PagedKv& kv = a.entries.kv;
  const auto n = static_cast<std::size_t>(a.entries.numEntries);
  const int numTasks = kv.numLayers * kv.kvHeads;
  constexpr std::int64_t kLarge = 1 << 30;  // a compression is always worth every thread
  context.parallelFor(numTasks, kLarge, [&](std::int64_t index, int thread) {
    const int task = static_cast<int>(index);
    float* scratch = context.threadScratch(thread, n * (kv.headDim + 2) + 2 * kv.headDim);
    redundancyOfHead(a, task / kv.kvHeads, task % kv.kvHeads, scratch, a.redundancy + task * n);
  });
}

}  // namespace zipage::cpu
