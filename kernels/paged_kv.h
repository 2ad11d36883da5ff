// The page pool and the query windows as kernels see them: pointers and extents, no ownership.
//
//   keys and values   [layer][page][K|V][kvHead][slot][headDim]     one (page, head) tile is contiguous
//   positions         [layer][page][kvHead][slot]   int32           logical position of the token in that
//   slot scores            [layer][page][kvHead][slot]   float           running score F of ALGORITHM.md
//   query windows     [layer][querySlot][row][queryHead][headDim]   ring: the token at position t writes row
//   t mod w
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/tensor.h"

namespace zipage {

struct PagedKv {
  std::byte* entries = nullptr;
  std::int32_t* positions = nullptr;
  float* scores = nullptr;
  DataType type = DataType::F32;  // F32, F16, BF16, or Q8_0 where headDim is a multiple of 32
  int numLayers = 0;
  int numPages = 0;
  int kvHeads = 0;
  int pageTokens = 0;
  int headDim = 0;

  /// Bytes of the keys (or of the values) of one head in one page.
  constexpr std::size_t tileBytes() const {
    return bytesOf(type, static_cast<std::int64_t>(pageTokens) * headDim);
  }
  constexpr std::size_t pageBytes() const { return tileBytes() * 2 * kvHeads; }
  constexpr std::size_t layerBytes() const { return pageBytes() * numPages; }

  constexpr std::byte* keyTile(int layer, int page, int head) const {
    return entries + layer * layerBytes() + page * pageBytes() + head * tileBytes();
  }
  constexpr std::byte* valueTile(int layer, int page, int head) const {
    return keyTile(layer, page, head) + kvHeads * tileBytes();
  }
  /// Index of slot 0 of (layer, page, head) in `positions` and `scores`.
  constexpr std::size_t slotIndex(int layer, int page, int head) const {
    return ((static_cast<std::size_t>(layer) * numPages + page) * kvHeads + head) * pageTokens;
  }
};

struct QueryWindow {
  std::byte* queries = nullptr;
  DataType type = DataType::F32;
  int numLayers = 0;
  int numQuerySlots = 0;
  int windowTokens = 0;
  int queryHeads = 0;
  int headDim = 0;

  constexpr std::size_t rowBytes() const {
    return bytesOf(type, static_cast<std::int64_t>(queryHeads) * headDim);
  }
  /// Row `row` of query slot `slot`: [queryHeads, headDim].
  constexpr std::byte* row(int layer, int slot, int row) const {
    return queries +
           ((static_cast<std::size_t>(layer) * numQuerySlots + slot) * windowTokens + row) * rowBytes();
  }
};

/// The tokens of one step, sequence after sequence. All arrays lie in device memory.
struct PagedBatch {
  int numTokens = 0;
  int numSequences = 0;
  int maxPages = 0;                         // row length of pageTables
  const std::int32_t* tokenIds = nullptr;   // [numTokens]
  const std::int32_t* positions = nullptr;  // [numTokens] logical position
  // [numTokens] page * pageTokens + slot the token is written to, or -1: nowhere
  const std::int32_t* targetSlots = nullptr;
  const std::int32_t* queryRows =
      nullptr;  // [numTokens] querySlot * windowTokens + row, or -1: no query slot
  const std::int32_t* queryStart = nullptr;  // [numSequences + 1] first token of each sequence in this batch
  const std::int32_t* physical = nullptr;    // [numSequences] entries held, this step's tokens included
  const std::int32_t* pageTables = nullptr;  // [numSequences, maxPages]
};

}  // namespace zipage
