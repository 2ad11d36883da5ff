// Step 4 of a compression: how much an entry's key repeats what others in its segment say. One task is one
// (layer, KV head). The matrix of cosines is symmetric to the last bit, so column j is read as row j and
// never stored as a whole.
#include <algorithm>
#include <cmath>

#include "kernels/cpu/ops.h"
#include "kernels/cpu/rotation.h"
#include "kernels/cpu/row_products.h"
#include "kernels/cpu/sequence_rows.h"
#include "kernels/cpu/vector_math.h"

namespace zipage::cpu {

namespace {

constexpr int kColumns = 4;  // computed together, to share the loads of the rows

/// Turns back any position as a coarse turn and a fine one: two small tables instead of a sine for each
/// entry.
struct BackTurns {
  static constexpr int kFine = 64;

  const float* coarse = nullptr;  // [numCoarse, D]: cosines, then sines, of multiples of kFine
  const float* fine = nullptr;    // [kFine, D]

  void fill(int headDim, std::int32_t position, float* table) const {
    const int half = headDim / 2;
    const float* a = coarse + static_cast<std::size_t>(position / kFine) * headDim;
    const float* b = fine + static_cast<std::size_t>(position % kFine) * headDim;
    for (int i = 0; i < half; ++i) {
      table[i] = a[i] * b[i] - a[half + i] * b[half + i];
      table[half + i] = a[half + i] * b[i] + a[i] * b[half + i];
    }
  }
};

std::int32_t largestPosition(const SequenceEntries& entries) {
  const PagedKv& kv = entries.kv;
  std::int32_t largest = 0;
  for (int layer = 0; layer < kv.numLayers; ++layer) {
    for (int head = 0; head < kv.kvHeads; ++head) {
      for (int first = 0; first < entries.numEntries; first += kv.pageTokens) {
        const std::int32_t* page =
            kv.positions + kv.slotIndex(layer, entries.pageTable[first / kv.pageTokens], head);
        const int count = std::min(kv.pageTokens, entries.numEntries - first);
        largest = std::max(largest, *std::max_element(page, page + count));
      }
    }
  }
  return largest;
}

BackTurns makeTurns(CpuContext& context, const RedundancyArguments& a) {
  if (!a.positionFree || a.rope.inverseFrequencies == nullptr) return {};
  const int dimensions = rotatedDimensions(a.rope, a.entries.kv.headDim);
  const int numCoarse = largestPosition(a.entries) / BackTurns::kFine + 1;
  const auto width = static_cast<std::size_t>(dimensions);
  auto* tables = reinterpret_cast<float*>(
      context.sharedScratch(static_cast<std::size_t>(numCoarse + BackTurns::kFine) * width * sizeof(float)));
  for (int i = 0; i < BackTurns::kFine; ++i)
    fillRotation(a.rope, dimensions, i, Turn::Back, tables + i * width);
  float* coarse = tables + BackTurns::kFine * width;
  for (int i = 0; i < numCoarse; ++i) {
    fillRotation(a.rope, dimensions, i * BackTurns::kFine, Turn::Back, coarse + i * width);
  }
  return {coarse, tables};
}

/// Of one task.
struct HeadScratch {
  HeadScratch(float* floats, std::size_t n, std::size_t headDim)
      : keys(floats), cosines(keys + n * headDim), table(cosines + kColumns * n), sums(table + headDim) {
    positions = reinterpret_cast<std::int32_t*>(sums + n);
  }
  static std::size_t floats(std::size_t n, std::size_t headDim) {
    return n * (headDim + kColumns + 2) + headDim;
  }

  float* keys;              // [n, D]
  float* cosines;           // [kColumns, n]
  float* table;             // [D]
  float* sums;              // [n]
  std::int32_t* positions;  // [n]
};

/// Keys become unit vectors; zero keys stay zero, and are then similar to nothing.
void normalizeKeys(const RedundancyArguments& a, const BackTurns& turns, int layer, const HeadScratch& s) {
  const int headDim = a.entries.kv.headDim;
  const int dimensions = rotatedDimensions(a.rope, headDim);
  const bool turnsBack = turns.fine != nullptr && rotates(a.rope, layer);
  for (int j = 0; j < a.entries.numEntries; ++j) {
    float* key = s.keys + static_cast<std::size_t>(j) * headDim;
    if (turnsBack) {
      turns.fill(dimensions, s.positions[j], s.table);
      rotateHead(key, dimensions, a.rope.style, s.table);
    }
    const float square = dotProduct(key, key, headDim);
    scaleBy(key, square > 0.0F ? 1.0F / std::sqrt(square) : 0.0F, nullptr, key, headDim);
  }
}

/// The largest cosine of entry `self` with one that came after it; 0 where there is none.
float newestMatch(const float* cosines, int self, std::size_t count) {
  const auto next = static_cast<std::size_t>(self) + 1;
  return largestOrZero(cosines + next, count - next);
}

/// logits[m] = Σ cosines of row m inside the segment, without those columns whose newest near-duplicate m is,
/// over the divisor, and what its best match among newer entries adds; all over the temperature.
void scoreSegment(const RedundancyArguments& a, int index, const HeadScratch& s, float* logits) {
  const Segments segments = a.segments();
  const int first = segments.start(index);
  const int last = segments.start(index + 1);
  const auto divisor = static_cast<float>(segments.divisor(index));
  const auto headDim = static_cast<std::size_t>(a.entries.kv.headDim);
  const auto count = static_cast<std::size_t>(last - first);
  const float repeat = a.repeatWeight * divisor;
  std::fill(s.sums + first, s.sums + last, 0.0F);
  for (int column = first; column < last; column += kColumns) {
    const int columns = std::min(kColumns, last - column);
    rowProducts(s.keys + column * headDim, static_cast<std::size_t>(columns), s.keys + first * headDim,
                DataType::F32, count, headDim, s.cosines, count);
    for (int c = 0; c < columns; ++c) {
      float* cosines = s.cosines + c * count;
      cosines[column + c - first] = 0.0F;
      std::int32_t newest = -1;
      s.sums[column + c] += sumAndLastAbove(cosines, count, a.similarityThreshold, &newest);
      if (newest >= 0) s.sums[first + newest] -= cosines[newest];
      if (a.repeatWeight > 0.0F)
        s.sums[column + c] += repeat * newestMatch(cosines, column + c - first, count);
    }
  }
  scaleBy(s.sums + first, 1.0F / (a.temperature * divisor), nullptr, logits + first, count);
}

void redundancyOfHead(const RedundancyArguments& a, const BackTurns& turns, int layer, int head,
                      const HeadScratch& s, float* output) {
  const int n = a.entries.numEntries;
  readKeys(a.entries, layer, head, s.keys);
  readPositions(a.entries, layer, head, s.positions);
  normalizeKeys(a, turns, layer, s);
  for (int segment = 0; segment < a.segments().count(); ++segment) scoreSegment(a, segment, s, output);
  const float largest = *std::max_element(output, output + n);
  const float sum = exponentials(output, largest, n);
  scaleBy(output, 1.0F / sum, nullptr, output, n);
}

}  // namespace

void redundancy(CpuContext& context, const RedundancyArguments& a) {
  const PagedKv& kv = a.entries.kv;
  const auto n = static_cast<std::size_t>(a.entries.numEntries);
  const int numTasks = kv.numLayers * kv.kvHeads;
  const auto work = static_cast<std::int64_t>(n) * a.segments().longest() * kv.headDim * numTasks;
  const BackTurns turns = makeTurns(context, a);
  context.parallelFor(numTasks, work, [&](std::int64_t task, int thread) {
    float* floats = context.threadScratch(thread, HeadScratch::floats(n, kv.headDim));
    redundancyOfHead(a, turns, static_cast<int>(task / kv.kvHeads), static_cast<int>(task % kv.kvHeads),
                     HeadScratch(floats, n, kv.headDim), a.redundancy + task * static_cast<std::int64_t>(n));
  });
}

}  // namespace zipage::cpu
