// Step 5 of a compression: the best entries of each layer and head, exactly, ties to the newer one.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "kernels/cpu/ops.h"

namespace zipage::cpu {

namespace {

void scoreRow(const SelectEntriesArguments& a, std::size_t row) {
  for (int j = 0; j < a.numEntries; ++j) {
    float score = a.weight * a.pooled[row + j] - (1.0F - a.weight) * a.redundancy[row + j];
    if (std::isnan(score)) score = -std::numeric_limits<float>::infinity();
    a.scores[row + j] = a.protectedEntries[j] != 0 ? std::numeric_limits<float>::infinity() : score;
  }
}

void selectHead(const SelectEntriesArguments& a, std::int64_t head) {
  thread_local std::vector<std::int32_t> order;
  const std::size_t row = static_cast<std::size_t>(head) * a.numEntries;
  scoreRow(a, row);
  const float* scores = a.scores + row;
  const auto isBetter = [scores](std::int32_t x, std::int32_t y) {
    return scores[x] != scores[y] ? scores[x] > scores[y] : x > y;
  };
  order.resize(static_cast<std::size_t>(a.numEntries));
  std::iota(order.begin(), order.end(), 0);
  std::nth_element(order.begin(), order.begin() + (a.keep - 1), order.end(), isBetter);
  a.cut[head] = scores[order[static_cast<std::size_t>(a.keep - 1)]];
  std::int32_t* kept = a.kept + static_cast<std::size_t>(head) * a.keep;
  std::copy_n(order.begin(), a.keep, kept);
  std::sort(kept, kept + a.keep);
}

}  // namespace

void selectEntries(CpuContext& context, const SelectEntriesArguments& a) {
  const std::int64_t numHeads = static_cast<std::int64_t>(a.numLayers) * a.kvHeads;
  // Choosing and sorting cost about as much as a hundred multiply-adds for each entry.
  context.parallelFor(numHeads, 100 * numHeads * a.numEntries,
                      [&](std::int64_t head, int) { selectHead(a, head); });
}

}  // namespace zipage::cpu
