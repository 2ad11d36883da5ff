#include "kernels/cpu/rotation.h"

#include <cmath>

namespace zipage::cpu {

void fillRotation(const Rope& rope, int dimensions, std::int32_t position, Turn turn, float* table) {
  const int half = dimensions / 2;
  const float magnitude = turn == Turn::Forwards ? rope.magnitude : 1.0F;
  const float direction = turn == Turn::Forwards ? 1.0F : -1.0F;
  for (int i = 0; i < half; ++i) {
    // The angle in double: at position 100,000 a float has lost the fraction of a turn.
    const double angle = static_cast<double>(position) * static_cast<double>(rope.inverseFrequencies[i]);
    table[i] = static_cast<float>(std::cos(angle)) * magnitude;
    table[half + i] = static_cast<float>(std::sin(angle)) * magnitude * direction;
  }
}

void rotateHead(float* head, int dimensions, RopeStyle style, const float* table) {
  const int half = dimensions / 2;
  const bool split = style == RopeStyle::HalfSplit;
  for (int i = 0; i < half; ++i) {
    float& first = head[split ? i : 2 * i];
    float& second = head[split ? i + half : 2 * i + 1];
    const float turned = first * table[i] - second * table[half + i];
    second = first * table[half + i] + second * table[i];
    first = turned;
  }
}

}  // namespace zipage::cpu
