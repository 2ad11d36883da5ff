// What the kernels of sample.cu tell each other about a row.
#pragma once

#include "kernels/cuda/block_scan.cuh"
#include "kernels/cuda/candidates.cuh"
#include "kernels/cuda/ops.h"

namespace zipage::cuda::sampling {

constexpr int kSlice = 2048;  // logits that one block surveys

struct SurveyedRow {
  float* logits;             // [slices, kSlice], penalised, numbers only
  Key* best;                 // [slices]
  Fixed* kept;               // [slices]: the weight of what min-p leaves, where no filter ranks
  Fixed* binWeights;         // [kBins], where one does
  std::uint32_t* binCounts;  // [kBins]
  int count;                 // of logits; what lies behind them is never drawn
  int slices;

  /// All threads of the block call, and get it.
  __device__ Key likeliest() const {
    Key top = 0;
    for (int i = static_cast<int>(threadIdx.x); i < slices; i += static_cast<int>(blockDim.x))
      top = best[i] > top ? best[i] : top;
    return joinBlock(top, Largest{});
  }
};

__device__ inline bool ranks(const SamplingRow& row) { return row.topK > 0 || row.topP < 1.0F; }

/// The weight of a candidate, or nothing if min-p leaves it out.
__device__ inline Fixed keptWeight(const SamplingRow& row, float weight) {
  return weight >= fminf(row.minP, 1.0F) ? fixedOf(weight) : 0;
}

}  // namespace zipage::cuda::sampling
