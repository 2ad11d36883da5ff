// The forward pass of a decoder-only transformer, written once over Device ops. It owns its activations, sized for
// `maxTokens` tokens a step, and allocates nothing after create(). One thread; one stream.
#pragma once

#include <memory>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/model_config.h"
#include "engine/model/weights.h"
#include "kernels/device.h"

namespace zipage {

class Transformer {
 public:
  /// `device` and `weights` outlive the transformer. `maxLogitRows` bounds the rows logits are computed for in a step.
  static Result<std::unique_ptr<Transformer>> create(Device& device, const ModelConfig& config,
                                                     const ModelWeights& weights, int maxTokens, int maxLogitRows);

  /// Enqueues one step: writes keys, values and query windows of batch.numTokens tokens and returns float32 logits
  /// [numLogitRows, vocabulary] of the tokens logitRows[0 … numLogitRows) (device memory), valid until the next call.
  ConstTensorView forward(Stream& stream, const PagedBatch& batch, const PagedKv& kv, const QueryWindow& window,
                          const std::int32_t* logitRows, int numLogitRows);

  const ModelConfig& config() const { return m_config; }
  /// The rotation of every layer, as compression needs it to undo it.
  Rope rope() const;
  float attentionScale() const;
  std::size_t workspaceBytes() const;

 private:
  Transformer(Device& device, const ModelConfig& config, const ModelWeights& weights);

  struct Activations;
  void runLayer(Stream& stream, int layer, const PagedBatch& batch, const PagedKv& kv, const QueryWindow& window);

  Device& m_device;
  ModelConfig m_config;
  const ModelWeights& m_weights;
  DeviceBuffer m_workspace;
  DeviceBuffer m_inverseFrequencies;
  std::vector<TensorView> m_views;
  int m_maxTokens = 0;
};

}  // namespace zipage
