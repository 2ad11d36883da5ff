#include "app/cli/model_cost.h"

namespace zipage {

ModelCost costOf(const ModelBundle& model, double cacheBytes) {
  const ModelConfig& config = model.config;
  const double modelDim = config.modelDim;
  const double perLayer =
      modelDim * (2.0 * config.queryDim() + 2.0 * config.kvDim()) + 3.0 * modelDim * config.feedForwardDim;
  const double output = modelDim * config.vocabularySize;

  ModelCost cost;
  cost.weightBytes = static_cast<double>(model.weightBytes);
  // Of an embedding that is not the output as well, a step reads a few rows only.
  if (model.weights.output.view)
    cost.weightBytes -= static_cast<double>(model.weights.embedding.view.bytes());
  cost.weightFlops = 2.0 * (config.numLayers * perLayer + output);
  cost.cacheBytesPerEntry = 2.0 * config.numLayers * config.kvDim() * cacheBytes;
  cost.attentionFlops = 4.0 * config.numLayers * config.queryDim();
  return cost;
}

}  // namespace zipage
