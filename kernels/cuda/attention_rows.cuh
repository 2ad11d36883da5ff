// Which entries a token sees, and where they lie.
#pragma once

#include "kernels/cuda/support.cuh"
#include "kernels/paged_kv.h"

namespace zipage::cuda {

struct AttentionRow {
  int visible;                // entries it sees
  int numTokens;              // of its sequence in this step
  const std::int32_t* table;  // pages of its sequence

  __device__ AttentionRow(const PagedBatch& batch, int token) {
    // The sequence of the token: the last whose first token is not behind it.
    int low = 0;
    int high = batch.numSequences - 1;
    if (batch.numSequences == batch.numTokens) low = high = token;  // each has one
    while (low < high) {
      const int middle = (low + high + 1) / 2;
      if (batch.queryStart[middle] <= token)
        low = middle;
      else
        high = middle - 1;
    }
    numTokens = batch.queryStart[low + 1] - batch.queryStart[low];
    visible = batch.physical[low] - (batch.queryStart[low + 1] - 1 - token);
    table = batch.pageTables + static_cast<std::int64_t>(low) * batch.maxPages;
  }
};

/// Output number `place` of an op that may write F32 or bf16.
__device__ inline void storeOutput(const TensorView& output, std::int64_t place, float value) {
  if (output.type == DataType::BF16)
    static_cast<__nv_bfloat16*>(output.data)[place] = __float2bfloat16_rn(value);
  else
    static_cast<float*>(output.data)[place] = value;
}

}  // namespace zipage::cuda
