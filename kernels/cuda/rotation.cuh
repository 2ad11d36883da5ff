// Rotary position embedding of one head, by one warp, in shared memory.
#pragma once

#include "kernels/cuda/support.cuh"
#include "kernels/op_arguments.h"

namespace zipage::cuda {

/// How many elements of a head rotate in that layer; 0: none.
inline int rotatedDimensions(const Rope& rope, int layer, int headDim) {
  const bool rotates = rope.inverseFrequencies != nullptr &&
                       (rope.plainLayerInterval == 0 || (layer + 1) % rope.plainLayerInterval != 0);
  return !rotates ? 0 : rope.dimensions > 0 ? rope.dimensions : headDim;
}

/// The cosine and the sine of position · frequency. The angle is reduced in double: at position 100,000 a
/// float has lost the fraction of a turn.
__device__ inline float2 turnOf(int position, float frequency) {
  constexpr double kTurn = 6.283185307179586476925;
  double angle = static_cast<double>(position) * static_cast<double>(frequency);
  angle -= kTurn * rint(angle / kTurn);
  float2 turn;
  sincosf(static_cast<float>(angle), &turn.y, &turn.x);
  return turn;
}

/// Rotates head[0 … dimensions) in place; `direction` −1 turns back. All lanes of the warp call.
__device__ inline void rotateHead(float* head, const Rope& rope, int dimensions, int position,
                                  float magnitude, float direction) {
  const int half = dimensions / 2;
  const bool isSplit = rope.style == RopeStyle::HalfSplit;
  __syncwarp();
  for (int i = static_cast<int>(threadIdx.x) % kWarp; i < half; i += kWarp) {
    const float2 turn = turnOf(position, rope.inverseFrequencies[i]);
    const float cosine = turn.x * magnitude;
    const float sine = turn.y * magnitude * direction;
    float& first = head[isSplit ? i : 2 * i];
    float& second = head[isSplit ? i + half : 2 * i + 1];
    const float turned = first * cosine - second * sine;
    second = first * sine + second * cosine;
    first = turned;
  }
  __syncwarp();
}

}  // namespace zipage::cuda
