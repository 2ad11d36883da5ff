// Rotary position embedding: the angles of one position, applied to as many heads as there are.
#pragma once

#include <cstdint>

#include "kernels/op_arguments.h"

namespace zipage::cpu {

enum class Turn { Forwards, Back };

/// Fills table[headDim]: cosines, then sines, of `position`. Back undoes the rotation and leaves the
/// magnitude out.
void fillRotation(const Rope& rope, int headDim, std::int32_t position, Turn turn, float* table);

/// Rotates head[0 … headDim) in place by a filled table.
void rotateHead(float* head, int headDim, RopeStyle style, const float* table);

}  // namespace zipage::cpu
