// Logits as sampling takes them.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace zipage::cpu {

/// What is not a number can never be drawn; infinity wins against every number, and differences stay numbers.
inline float cleaned(float logit) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  return std::isnan(logit) ? -kLargest : std::clamp(logit, -kLargest, kLargest);
}

}  // namespace zipage::cpu
