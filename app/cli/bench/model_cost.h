// What a model costs at the least: bytes to move and operations to do, counted from its shape.
#pragma once

#include <cstdint>

#include "engine/text/model_bundle.h"

namespace zipage {

struct ModelCost {
  double denseBytes = 0.0;   // of weights that every step reads once, whatever the number of sequences
  double expertBytes = 0.0;  // of all experts of all layers; a step reads those it routes to
  int numExperts = 0;
  int expertsUsed = 0;
  double weightFlops = 0.0;  // a token: two for each weight it is multiplied with
  double cacheBytesPerEntry =
      0.0;                      // keys and values of one cached token in all layers, read by each later token
  double attentionFlops = 0.0;  // a token and a cached token: scores and weighted sum, in all layers

  /// Weights that a step of `rows` tokens reads. Of experts, as many as it meets when tokens choose theirs
  /// evenly.
  double weightBytes(double rows) const;
  /// What a step of `rows` tokens must move when its sequences hold `entries` altogether.
  double stepBytes(double rows, double entries) const {
    return weightBytes(rows) + cacheBytesPerEntry * entries;
  }
  /// What a compression of one sequence must move: keys are read once to be scored; what is kept is read and
  /// written.
  double compressionBytes(double entries, double kept) const {
    return cacheBytesPerEntry * (entries / 2.0 + 2.0 * kept);
  }
};

ModelCost costOf(const ModelBundle& model, DataType kvType);

}  // namespace zipage
