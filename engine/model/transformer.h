// The forward pass of a decoder-only transformer, written once over Device ops. It owns its activations,
// sized for `maxTokens` tokens a step, and allocates nothing after create(). One thread; one stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/base/result.h"
#include "engine/model/model_config.h"
#include "engine/model/weights.h"
#include "kernels/device.h"

namespace zipage {

class Transformer {
 public:
  /// `device` and `weights` outlive the transformer. `maxTokens` bounds the tokens of a step, `maxLogitRows`
  /// the rows logits are computed for; both at least 1. OutOfMemory when the device has no room for the
  /// activations.
  static Result<std::unique_ptr<Transformer>> create(Device& device, const ModelConfig& config,
                                                     const ModelWeights& weights, int maxTokens,
                                                     int maxLogitRows);

  /// Enqueues one step: writes keys, values and query windows of batch.numTokens tokens and returns float32
  /// logits [numLogitRows, vocabulary] of the batch's tokens logitRows[0 … numLogitRows), valid until the
  /// next call. Logits and logitRows lie in device memory. No rows asked for: an absent view.
  ConstTensorView forward(Stream& stream, const PagedBatch& batch, const PagedKv& kv,
                          const QueryWindow& window, const std::int32_t* logitRows, int numLogitRows);

  const ModelConfig& config() const { return m_config; }
  /// The rotation of every layer, as compression needs it to undo it.
  Rope rope() const;
  float attentionScale() const;
  std::size_t workspaceBytes() const { return m_workspace.bytes(); }
  /// Of a transformer made with these numbers, on a device with these activations.
  static std::size_t workspaceBytes(const ModelConfig& config, DataType activationType, int maxTokens,
                                    int maxLogitRows);

 private:
  /// What one step computes, in device memory. The first numTokens rows of each are in use. What products
  /// read (normed, attended, gate, selectedNormed) has the device's type of activations, as has up; all else
  /// is F32.
  struct Activations {
    TensorView hidden;    // [maxTokens, model], the residual stream
    TensorView normed;    // [maxTokens, model]
    TensorView queries;   // [maxTokens, queryDim]
    TensorView keys;      // [maxTokens, kvDim]
    TensorView values;    // [maxTokens, kvDim]
    TensorView attended;  // [maxTokens, queryDim]
    TensorView gate;      // [maxTokens, feedForward]; shares memory with queries to attended, as does
    TensorView up;        // [maxTokens, feedForward]
    TensorView routing;   // [maxTokens, experts] F32
    TensorView experts;   // [maxTokens, expertsUsed] of int32, which are as large as F32
    TensorView shares;    // [maxTokens, expertsUsed] F32
    TensorView selected;  // [maxLogitRows, model]
    TensorView selectedNormed;
    TensorView logits;  // [maxLogitRows, vocabulary] F32
  };

  Transformer(Device& device, const ModelConfig& config, const ModelWeights& weights);

  /// Places them from `start` on, or only adds up where there is no memory yet; returns the bytes.
  static std::size_t layOut(const ModelConfig& config, DataType type, int maxTokens, int maxLogitRows,
                            std::byte* start, Activations& a);
  Result<void> allocate();
  Result<void> uploadInverseFrequencies();

  RmsNormArguments normOf(const TensorView& input, const DeviceWeight& gain, const TensorView& output) const;
  void product(Stream& stream, const TensorView& input, const DeviceWeight& weight, const DeviceWeight& bias,
               const TensorView& output, bool accumulate = false);
  void runAttention(Stream& stream, int layer, const PagedBatch& batch, const PagedKv& kv,
                    const QueryWindow& window);
  void runFeedForward(Stream& stream, int layer, int numTokens);
  void runExperts(Stream& stream, const ExpertWeights& experts, const TensorView& normed,
                  const TensorView& hidden);
  ConstTensorView runOutput(Stream& stream, const std::int32_t* logitRows, int numLogitRows, int numTokens);

  Device& m_device;
  ModelConfig m_config;
  const ModelWeights& m_weights;
  DeviceBuffer m_workspace;
  DeviceBuffer m_inverseFrequencies;  // [ropeDimensions / 2] float
  Activations m_activations;
  int m_maxTokens = 0;
  int m_maxLogitRows = 0;
};

}  // namespace zipage
