#include "engine/model/rope_scaling.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace zipage {

namespace {

/// Llama 3.1: slow angles are divided by the factor, fast ones stay, those between go over smoothly.
double llama3Frequency(double frequency, const RopeScaling& scaling) {
  const double wavelength = 2.0 * std::numbers::pi / frequency;
  const double turns = scaling.originalContext / wavelength;  // in the original context
  const double stretched = frequency / scaling.factor;
  if (turns < scaling.lowFrequencyFactor) return stretched;
  if (turns > scaling.highFrequencyFactor) return frequency;
  const double smooth =
      (turns - scaling.lowFrequencyFactor) / (scaling.highFrequencyFactor - scaling.lowFrequencyFactor);
  return (1.0 - smooth) * stretched + smooth * frequency;
}

/// The pair of elements whose angle makes `turns` turns in the original context.
double pairOfTurns(double turns, double base, int dimensions, double context) {
  return dimensions * std::log(context / (turns * 2.0 * std::numbers::pi)) / (2.0 * std::log(base));
}

/// YaRN (Peng et al., 2023): as llama3, with the way over linear in the index of the pair.
double yarnFrequency(double frequency, int pair, double base, int dimensions, const RopeScaling& scaling) {
  const double first =
      std::max(0.0, std::floor(pairOfTurns(scaling.betaFast, base, dimensions, scaling.originalContext)));
  double last = std::min(dimensions - 1.0,
                         std::ceil(pairOfTurns(scaling.betaSlow, base, dimensions, scaling.originalContext)));
  if (first == last) last += 0.001;
  const double stretched = std::clamp((pair - first) / (last - first), 0.0, 1.0);
  return frequency / scaling.factor * stretched + frequency * (1.0 - stretched);
}

double scaled(double frequency, int pair, double base, int dimensions, const RopeScaling& scaling) {
  switch (scaling.kind) {
    case RopeScalingKind::None:
      return frequency;
    case RopeScalingKind::Linear:
      return frequency / scaling.factor;
    case RopeScalingKind::Llama3:
      return llama3Frequency(frequency, scaling);
    case RopeScalingKind::Yarn:
      return yarnFrequency(frequency, pair, base, dimensions, scaling);
    case RopeScalingKind::Divisors:
      return frequency / static_cast<double>(scaling.divisors[static_cast<std::size_t>(pair)]);
  }
  return frequency;
}

}  // namespace

std::vector<float> inverseFrequencies(double base, int dimensions, const RopeScaling& scaling) {
  std::vector<float> frequencies(static_cast<std::size_t>(dimensions / 2));
  for (int pair = 0; pair < dimensions / 2; ++pair) {
    const double plain = std::pow(base, -2.0 * pair / dimensions);
    frequencies[static_cast<std::size_t>(pair)] =
        static_cast<float>(scaled(plain, pair, base, dimensions, scaling));
  }
  return frequencies;
}

float ropeMagnitude(const RopeScaling& scaling) {
  if (scaling.attentionFactor > 0.0) return static_cast<float>(scaling.attentionFactor);
  if (scaling.kind != RopeScalingKind::Yarn || scaling.factor <= 1.0) return 1.0F;
  return static_cast<float>(0.1 * std::log(scaling.factor) + 1.0);
}

}  // namespace zipage
