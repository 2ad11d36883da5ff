// Steps 2 and 3 of a compression: running score and pooling.
#include <algorithm>

#include "kernels/cpu/ops.h"
#include "kernels/cpu/sequence_rows.h"

namespace zipage::cpu {

namespace {

void fuseHead(const FuseScoresArguments& a, const float* attention, float* global, float* pooled) {
  const int n = a.entries.numEntries;
  // `global` holds the running scores of before on entry.
  for (int j = 0; j < n; ++j)
    global[j] = j < a.numScored ? std::max(attention[j], a.decay * global[j]) : attention[j];
  const int reach = a.poolKernel / 2;
  for (int j = 0; j < n; ++j) {
    const int first = std::max(0, j - reach);
    const int last = std::min(n - 1, j + reach);
    pooled[j] = *std::max_element(global + first, global + last + 1);
  }
}

}  // namespace

void fuseScores(CpuContext&, const FuseScoresArguments& a) {
  const PagedKv& kv = a.entries.kv;
  const auto n = static_cast<std::size_t>(a.entries.numEntries);
  for (int layer = 0; layer < kv.numLayers; ++layer) {
    for (int head = 0; head < kv.kvHeads; ++head) {
      const std::size_t row = (static_cast<std::size_t>(layer) * kv.kvHeads + head) * n;
      readScores(a.entries, layer, head, a.global + row);
      fuseHead(a, a.attention + row, a.global + row, a.pooled + row);
    }
  }
}

}  // namespace zipage::cpu
