#include "app/cli/bench/model_cost.h"

#include <cmath>

namespace zipage {

namespace {

double bytesOfExperts(const ModelWeights& weights) {
  double bytes = 0.0;
  for (const LayerWeights& layer : weights.layers) {
    for (const auto* views : {&layer.experts.gateViews, &layer.experts.upViews, &layer.experts.downViews}) {
      for (const ConstTensorView& view : *views) bytes += static_cast<double>(view.bytes());
    }
  }
  return bytes;
}

}  // namespace

double ModelCost::weightBytes(double rows) const {
  if (numExperts == 0) return denseBytes;
  const double shareUntouched = std::pow(1.0 - static_cast<double>(expertsUsed) / numExperts, rows);
  return denseBytes + expertBytes * (1.0 - shareUntouched);
}

ModelCost costOf(const ModelBundle& model, DataType kvType) {
  const ModelConfig& config = model.config;
  const double modelDim = config.modelDim;
  const double feedForward = config.numExperts > 0
                                 ? static_cast<double>(config.expertsUsed) * config.expertDim
                                 : static_cast<double>(config.feedForwardDim);
  const double perLayer = modelDim * (2.0 * config.queryDim() + 2.0 * config.kvDim()) +
                          3.0 * modelDim * feedForward + modelDim * config.numExperts;
  const double output = modelDim * config.vocabularySize;

  ModelCost cost;
  cost.numExperts = config.numExperts;
  cost.expertsUsed = config.expertsUsed;
  cost.expertBytes = bytesOfExperts(model.weights);
  cost.denseBytes = static_cast<double>(model.weightBytes) - cost.expertBytes;
  // Of an embedding that is not the output as well, a step reads a few rows only.
  if (model.weights.output.view) cost.denseBytes -= static_cast<double>(model.weights.embedding.view.bytes());
  cost.weightFlops = 2.0 * (config.numLayers * perLayer + output);
  cost.cacheBytesPerEntry =
      2.0 * config.numLayers * config.kvHeads * static_cast<double>(bytesOf(kvType, config.headDim));
  cost.attentionFlops = 4.0 * config.numLayers * config.queryDim();
  return cost;
}

}  // namespace zipage
