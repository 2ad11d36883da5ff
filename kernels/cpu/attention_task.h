// One piece of paged attention: the rows (query heads of some tokens) of one KV head, and their scratch.
#pragma once

#include <cstddef>
#include <cstdint>

namespace zipage::cpu {

constexpr int kTile = 64;      // entries scored before their values are added
constexpr int kTaskRows = 32;  // rows that share a tile, in prefill

struct AttentionTask {
  /// Floats of scratch for that many rows, and for a tile that is widened.
  static std::size_t scratchFloats(int rows, int headDim, bool widensTiles) {
    return static_cast<std::size_t>(rows) * (2 * static_cast<std::size_t>(headDim) + kTile + 4) +
           (widensTiles ? 2 * static_cast<std::size_t>(kTile) * static_cast<std::size_t>(headDim) : 0);
  }

  AttentionTask(float* scratch, int numRows, int headDim) : numRows(numRows), headDim(headDim) {
    const auto rows = static_cast<std::size_t>(numRows);
    queries = scratch;
    outputs = queries + rows * static_cast<std::size_t>(headDim);
    scores = outputs + rows * static_cast<std::size_t>(headDim);
    largest = scores + rows * kTile;
    sums = largest + rows;
    shrinks = sums + rows;
    visible = reinterpret_cast<std::int32_t*>(shrinks + rows);
    wideKeys = shrinks + 2 * rows;
    wideValues = wideKeys + static_cast<std::size_t>(kTile) * static_cast<std::size_t>(headDim);
  }

  int numRows;
  int headDim;
  int kvHead = 0;
  const std::int32_t* table = nullptr;  // the sequence's pages
  float* queries;                       // [numRows, D], scaled
  float* outputs;                       // [numRows, D], not yet divided by the sums
  float* scores;                        // [numRows, kTile]
  float* largest;                       // [numRows] largest score so far
  float* sums;                          // [numRows] of exp(score − largest)
  float* shrinks;                       // [numRows] factor for what was summed before the current tile
  std::int32_t* visible;                // [numRows] entries the row may see, ascending
  float *wideKeys, *wideValues;         // [kTile, D], of quantised pages only
};

}  // namespace zipage::cpu
