// Where the entries of a sequence that is being compressed lie.
#pragma once

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

/// The numbers of one key or value. The one place here that knows how KV types store them.
template <typename Entry>
struct EntryRow {
  using Piece = Entry;  // what tensor cores take for it

  const Entry* numbers;

  __device__ float at(int column) const { return widen(numbers[column]); }
  /// Numbers column … + 7, as eight of Piece; for types of 16 bits, `column` a multiple of eight.
  __device__ uint4 loadPiece(int column) const {
    static_assert(sizeof(Entry) == 2);
    return *reinterpret_cast<const uint4*>(numbers + column);
  }
};

template <typename Entry>
__device__ inline EntryRow<Entry> keyOf(const SequenceEntries& entries, HeadPlace at, int index) {
  const PagedKv& kv = entries.kv;
  const std::byte* tile = kv.keyTile(at.layer, entries.pageTable[index / kv.pageTokens], at.head);
  return {reinterpret_cast<const Entry*>(tile) +
          static_cast<std::int64_t>(index % kv.pageTokens) * kv.headDim};
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
