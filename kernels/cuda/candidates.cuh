// Tokens as candidates of a draw: how they are ordered, and what each weighs.
#pragma once

#include "kernels/cuda/support.cuh"

namespace zipage::cuda::sampling {

constexpr int kThreads = 1024;
using Key = unsigned long long;    // of a candidate: larger for larger logits, among equals for smaller ids
using Fixed = unsigned long long;  // weights in fixed point, whose sums do not depend on the order
constexpr float kOne = 1099511627776.0F;  // 2^40: a weight of 1

/// What is not a number can never be drawn; infinity wins against every number, and differences stay numbers.
__device__ inline float cleaned(float logit) {
  return isnan(logit) ? -FLT_MAX : fminf(fmaxf(logit, -FLT_MAX), FLT_MAX);
}

__device__ inline Key keyOf(float logit, int id) {
  return static_cast<Key>(orderedBits(logit)) << 32 | (0xFFFFFFFFU - static_cast<std::uint32_t>(id));
}
__device__ inline std::int32_t idOf(Key key) {
  return static_cast<std::int32_t>(0xFFFFFFFFU - static_cast<std::uint32_t>(key));
}
__device__ inline std::uint32_t bitsOf(Key key) { return static_cast<std::uint32_t>(key >> 32); }

__device__ inline Fixed fixedOf(float weight) { return static_cast<Fixed>(weight * kOne); }

/// Bins of candidates that are about as likely, from the likeliest to those that can be neglected.
constexpr int kBinsPerNat = 16;
constexpr int kBins = 27 * kBinsPerNat;  // e^-27 < 2^-38

/// What the candidates of a row weigh: their probabilities up to a factor, the likeliest 1.
struct Scale {
  float largest;  // logit
  float sharpness;

  __device__ Scale(float largest, float temperature)
      : largest(largest), sharpness(1.0F / fmaxf(temperature, 1e-6F)) {}

  /// In nats below the likeliest.
  __device__ float distanceOf(float logit) const { return fminf((largest - logit) * sharpness, 1e30F); }
  __device__ float weightOf(float logit) const { return expf(-distanceOf(logit)); }
  /// kBins or more: neglected where candidates are filtered.
  __device__ int binOf(float logit) const {
    return static_cast<int>(fminf(distanceOf(logit) * kBinsPerNat, static_cast<float>(kBins)));
  }
};

}  // namespace zipage::cuda::sampling
