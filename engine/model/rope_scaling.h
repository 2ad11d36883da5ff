// The rotation of a model's queries and keys: which angles, and how they are stretched for contexts longer
// than those the model was first trained on.
#pragma once

#include <vector>

namespace zipage {

enum class RopeScalingKind { None, Linear, Llama3, Yarn, Divisors };

/// Names of the parameters are those of Hugging Face's `rope_scaling`.
struct RopeScaling {
  RopeScalingKind kind = RopeScalingKind::None;
  double factor = 1.0;
  double originalContext = 0.0;      // tokens; llama3, yarn
  double lowFrequencyFactor = 1.0;   // llama3
  double highFrequencyFactor = 4.0;  // llama3
  double betaFast = 32.0;            // yarn
  double betaSlow = 1.0;             // yarn
  double attentionFactor = 0.0;      // magnitude of rotated queries and keys; 0: what the kind prescribes
  std::vector<float> divisors;       // of each frequency, as the file lists them
};

/// [dimensions / 2] angles of position 1, with the scaling applied. `dimensions` elements of a head rotate.
std::vector<float> inverseFrequencies(double base, int dimensions, const RopeScaling& scaling);

/// What rotated queries and keys are multiplied by.
float ropeMagnitude(const RopeScaling& scaling);

}  // namespace zipage
