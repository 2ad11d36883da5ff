// What the kernels of step 4 of a compression share, exact ones and those on tensor cores.
#pragma once

#include "kernels/cuda/cuda_context.h"
#include "kernels/cuda/sequence_rows.cuh"

namespace zipage::cuda {

/// Sums that many blocks add to, in fixed point: they are the same in whatever order they are added.
using Fixed = unsigned long long;
constexpr double kFixedOne = 1099511627776.0;  // 2^40

__device__ inline Fixed toFixed(float value) {
  return static_cast<Fixed>(__double2ll_rn(static_cast<double>(value) * kFixedOne));
}
__device__ inline float fromFixed(Fixed value) {
  return static_cast<float>(static_cast<double>(static_cast<long long>(value)) / kFixedOne);
}

struct Repeats {
  RedundancyArguments a;
  Segments segments;
  int dimensions;  // that are turned back; 0: none
  int firstPair;   // (layer, KV head) of the first block
  float* own;      // [pairs, n]: mean cosine and best match
  Fixed* cleared;  // [pairs, n]: what is taken from it

  __device__ bool turnsBack(int layer) const {
    return dimensions > 0 && (a.rope.plainLayerInterval == 0 || (layer + 1) % a.rope.plainLayerInterval != 0);
  }
};

/// Own and cleared parts on tensor cores: whether they can be had, what scratch each pair takes (a multiple
/// of 16 bytes), and the launch for `pairs` pairs.
bool hasTensorCosines(const Repeats& repeats);
std::size_t tensorCosineBytes(const Repeats& repeats);
void launchTensorCosines(CudaContext& context, const Repeats& repeats, std::byte* scratch, int pairs);

}  // namespace zipage::cuda
