// Rotary position embedding: the angles of one position, applied to as many heads as there are.
#pragma once

#include <cstdint>

#include "kernels/op_arguments.h"

namespace zipage::cpu {

/// How many elements of a head rotate.
inline int rotatedDimensions(const Rope& rope, int headDim) {
  return rope.dimensions > 0 ? rope.dimensions : headDim;
}

inline bool rotates(const Rope& rope, int layer) {
  return rope.inverseFrequencies != nullptr &&
         (rope.plainLayerInterval == 0 || (layer + 1) % rope.plainLayerInterval != 0);
}

enum class Turn { Forwards, Back };

/// Fills table[dimensions]: cosines, then sines, of `position`. Back undoes the rotation and leaves the
/// magnitude out.
void fillRotation(const Rope& rope, int dimensions, std::int32_t position, Turn turn, float* table);

/// Rotates head[0 … dimensions) in place by a filled table.
void rotateHead(float* head, int dimensions, RopeStyle style, const float* table);

}  // namespace zipage::cpu
