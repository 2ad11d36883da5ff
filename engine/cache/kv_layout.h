// What a page and a query slot of a given model weigh, and how many of them make a pool. Arithmetic only;
// constexpr values, no state.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/result.h"
#include "kernels/paged_kv.h"

namespace zipage {

/// Pages that `numTokens` entries fill.
constexpr std::int64_t pagesFor(std::int64_t numTokens, int pageTokens) {
  return (numTokens + pageTokens - 1) / pageTokens;
}

struct KvLayout {
  int numLayers = 0;
  int kvHeads = 0;
  int queryHeads = 0;
  int headDim = 0;
  int pageTokens = 0;
  int windowTokens = 0;
  DataType type = DataType::F32;       // of keys and values
  DataType queryType = DataType::F32;  // of the query windows

  /// Keys and values of one page over all layers, bytes.
  std::size_t entryBytesPerPage() const;
  /// Positions (or running scores) of one page over all layers, bytes.
  std::size_t slotBytesPerPage() const;
  /// All that a page takes: keys, values, positions, scores.
  std::size_t bytesPerPage() const { return entryBytesPerPage() + 2 * slotBytesPerPage(); }
  /// The query window of one sequence over all layers.
  std::size_t bytesPerQuerySlot() const;

  /// Pages of a pool that holds `poolTokens`, rounded up. InvalidArgument when the page size is none of 16 to
  /// 256, the window or pool is empty, or slots could not be counted in 31 bits.
  Result<int> numPages(std::int64_t poolTokens) const;
};

}  // namespace zipage
