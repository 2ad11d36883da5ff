#include "kernels/cpu/ops.h"
#include "kernels/cpu/sequence_rows.h"

namespace zipage::cpu {

void gatherPositions(CpuContext&, const GatherPositionsArguments& a) {
  const PagedKv& kv = a.entries.kv;
  std::int32_t* row = a.positions;
  for (int layer = 0; layer < kv.numLayers; ++layer) {
    for (int head = 0; head < kv.kvHeads; ++head) {
      readPositions(a.entries, layer, head, row);
      row += a.entries.numEntries;
    }
  }
}

}  // namespace zipage::cpu
