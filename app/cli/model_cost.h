// What a model costs at the least: bytes to read and operations to do, counted from its shape.
#pragma once

#include "engine/text/model_bundle.h"

namespace zipage {

struct ModelCost {
  double weightBytes = 0.0;  // read once a step, whatever the number of sequences
  double weightFlops = 0.0;  // a token: two for each weight it is multiplied with
  double cacheBytesPerEntry =
      0.0;                      // keys and values of one cached token in all layers, read by each later token
  double attentionFlops = 0.0;  // a token and a cached token: scores and weighted sum, in all layers
};

/// `cacheBytes`: of one element of the page pool.
ModelCost costOf(const ModelBundle& model, double cacheBytes);

}  // namespace zipage
