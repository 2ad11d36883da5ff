// Where the entries of a sequence that is being compressed lie.
#pragma once

#include "kernels/cuda/kv_entries.cuh"
#include "kernels/cuda/support.cuh"
#include "kernels/op_arguments.h"

namespace zipage::cuda {

/// The head of a (layer, KV head) pair.
struct HeadPlace {
  int layer;
  int head;
};
__host__ __device__ inline HeadPlace placeOf(const PagedKv& kv, int pair) {
  return {pair / kv.kvHeads, pair % kv.kvHeads};
}

template <typename Entry>
__device__ inline EntryRow<Entry> keyOf(const SequenceEntries& entries, HeadPlace at, int index) {
  const PagedKv& kv = entries.kv;
  const std::byte* tile = kv.keyTile(at.layer, entries.pageTable[index / kv.pageTokens], at.head);
  return EntryRow<Entry>::of(tile, index % kv.pageTokens, kv.headDim);
}
/// Index in PagedKv::positions and PagedKv::scores.
__device__ inline std::size_t slotOf(const SequenceEntries& entries, HeadPlace at, int index) {
  const PagedKv& kv = entries.kv;
  return kv.slotIndex(at.layer, entries.pageTable[index / kv.pageTokens], at.head) + index % kv.pageTokens;
}

/// Heads that fit into so much scratch at a time; at least one.
inline int headsAtATime(int numHeads, std::size_t bytesPerHead) {
  constexpr std::size_t kMost = std::size_t{256} << 20;
  const std::size_t fitting = kMost / (bytesPerHead > 0 ? bytesPerHead : 1);
  return fitting < 1                                    ? 1
         : fitting < static_cast<std::size_t>(numHeads) ? static_cast<int>(fitting)
                                                        : numHeads;
}

}  // namespace zipage::cuda
