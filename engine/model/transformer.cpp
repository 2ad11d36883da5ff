#include "engine/model/transformer.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/rounded_up.h"

namespace zipage {

namespace {

/// Places matrices one behind the other. Without memory (start null) it only adds up.
class Layout {
 public:
  explicit Layout(std::byte* start) : m_start(start) {}

  TensorView place(DataType type, std::int64_t rows, std::int64_t columns) {
    const TensorView view{m_start == nullptr ? nullptr : m_start + m_offset, type, rows, columns};
    m_offset += roundedUp(view.bytes());
    return view;
  }
  std::size_t offset() const { return m_offset; }
  void moveTo(std::size_t offset) { m_offset = offset; }

 private:
  std::byte* m_start;
  std::size_t m_offset = 0;
};

TensorView firstRows(TensorView view, std::int64_t rows) {
  view.rows = rows;
  return view;
}

Error errorOf(const DeviceError& error) {
  return {error.sticky ? ErrorCode::Device : ErrorCode::OutOfMemory,
          "the model's activations: " + error.message};
}

}  // namespace

Result<std::unique_ptr<Transformer>> Transformer::create(Device& device, const ModelConfig& config,
                                                         const ModelWeights& weights, int maxTokens,
                                                         int maxLogitRows) {
  if (maxTokens < 1 || maxLogitRows < 1) {
    return failure(ErrorCode::InvalidArgument,
                   "a step needs room for at least one token and one row of logits");
  }
  std::unique_ptr<Transformer> transformer(new Transformer(device, config, weights));
  transformer->m_maxTokens = maxTokens;
  transformer->m_maxLogitRows = maxLogitRows;
  if (auto allocated = transformer->allocate(); !allocated) return tl::unexpected(allocated.error());
  return transformer;
}

Transformer::Transformer(Device& device, const ModelConfig& config, const ModelWeights& weights)
    : m_device(device), m_config(config), m_weights(weights) {}

Result<void> Transformer::allocate() {
  const DataType type = m_device.info().activationType;
  auto workspace = m_device.allocate(workspaceBytes(m_config, type, m_maxTokens, m_maxLogitRows));
  if (!workspace) return tl::unexpected(errorOf(workspace.error()));
  m_workspace = std::move(*workspace);
  layOut(m_config, type, m_maxTokens, m_maxLogitRows, m_workspace.as<std::byte>(), m_activations);
  return uploadInverseFrequencies();
}

std::size_t Transformer::workspaceBytes(const ModelConfig& config, DataType activationType, int maxTokens,
                                        int maxLogitRows) {
  Activations nowhere;
  return layOut(config, activationType, maxTokens, maxLogitRows, nullptr, nowhere);
}

std::size_t Transformer::layOut(const ModelConfig& config, DataType type, int maxTokens, int maxLogitRows,
                                std::byte* start, Activations& a) {
  Layout layout(start);
  a.hidden = layout.place(DataType::F32, maxTokens, config.modelDim);
  a.normed = layout.place(type, maxTokens, config.modelDim);
  a.selected = layout.place(DataType::F32, maxLogitRows, config.modelDim);
  a.selectedNormed = layout.place(type, maxLogitRows, config.modelDim);
  a.logits = layout.place(DataType::F32, maxLogitRows, config.vocabularySize);

  // Attention and feed-forward take turns in the rest.
  const std::size_t shared = layout.offset();
  a.queries = layout.place(DataType::F32, maxTokens, config.queryDim());
  a.keys = layout.place(DataType::F32, maxTokens, config.kvDim());
  a.values = layout.place(DataType::F32, maxTokens, config.kvDim());
  a.attended = layout.place(type, maxTokens, config.queryDim());
  const std::size_t endOfAttention = layout.offset();
  layout.moveTo(shared);
  a.gate = layout.place(type, maxTokens, config.feedForwardDim);
  a.up = layout.place(type, maxTokens, config.feedForwardDim);
  const std::size_t endOfFeedForward = layout.offset();
  layout.moveTo(shared);
  a.routing = layout.place(DataType::F32, maxTokens, config.numExperts);
  a.experts = layout.place(DataType::F32, maxTokens, config.expertsUsed);
  a.shares = layout.place(DataType::F32, maxTokens, config.expertsUsed);
  return std::max({endOfAttention, endOfFeedForward, layout.offset()});
}

Result<void> Transformer::uploadInverseFrequencies() {
  const std::vector<float> frequencies =
      inverseFrequencies(m_config.ropeBase, m_config.ropeDimensions, m_config.ropeScaling);
  const std::size_t bytes = frequencies.size() * sizeof(float);
  auto buffer = m_device.allocate(bytes);
  if (!buffer) return tl::unexpected(errorOf(buffer.error()));
  m_inverseFrequencies = std::move(*buffer);
  const auto stream = m_device.createStream();
  m_device.copyToDevice(*stream, m_inverseFrequencies.data(), frequencies.data(), bytes);
  if (auto done = m_device.synchronize(*stream); !done) return tl::unexpected(errorOf(done.error()));
  return {};
}

Rope Transformer::rope() const {
  return {.inverseFrequencies = m_inverseFrequencies.as<float>(),
          .dimensions = m_config.ropeDimensions,
          .plainLayerInterval = m_config.plainLayerInterval,
          .magnitude = ropeMagnitude(m_config.ropeScaling),
          .style = m_config.ropeStyle};
}

float Transformer::attentionScale() const { return 1.0F / std::sqrt(static_cast<float>(m_config.headDim)); }

ConstTensorView Transformer::forward(Stream& stream, const PagedBatch& batch, const PagedKv& kv,
                                     const QueryWindow& window, const std::int32_t* logitRows,
                                     int numLogitRows) {
  ZIPAGE_CHECK(batch.numTokens >= 1 && batch.numTokens <= m_maxTokens,
               "a step has more tokens than it was made for");
  ZIPAGE_CHECK(numLogitRows >= 0 && numLogitRows <= m_maxLogitRows,
               "more rows of logits than there is room for");
  m_device.embed(stream, {.table = m_weights.embedding.view,
                          .tokenIds = batch.tokenIds,
                          .output = firstRows(m_activations.hidden, batch.numTokens)});
  for (int layer = 0; layer < m_config.numLayers; ++layer) {
    runAttention(stream, layer, batch, kv, window);
    runFeedForward(stream, layer, batch.numTokens);
  }
  return runOutput(stream, logitRows, numLogitRows, batch.numTokens);
}

RmsNormArguments Transformer::normOf(const TensorView& input, const DeviceWeight& gain,
                                     const TensorView& output) const {
  return {.input = input, .gain = gain.view, .epsilon = m_config.normEpsilon, .output = output};
}

void Transformer::product(Stream& stream, const TensorView& input, const DeviceWeight& weight,
                          const DeviceWeight& bias, const TensorView& output, bool accumulate) {
  m_device.matmul(
      stream,
      {.input = input, .weight = weight.view, .bias = bias.view, .output = output, .accumulate = accumulate});
}

void Transformer::runAttention(Stream& stream, int layer, const PagedBatch& batch, const PagedKv& kv,
                               const QueryWindow& window) {
  const LayerWeights& weights = m_weights.layers[static_cast<std::size_t>(layer)];
  const TensorView hidden = firstRows(m_activations.hidden, batch.numTokens);
  const TensorView normed = firstRows(m_activations.normed, batch.numTokens);
  const TensorView queries = firstRows(m_activations.queries, batch.numTokens);
  const TensorView keys = firstRows(m_activations.keys, batch.numTokens);
  const TensorView values = firstRows(m_activations.values, batch.numTokens);
  const TensorView attended = firstRows(m_activations.attended, batch.numTokens);

  const MatmulArguments projections[] = {{normed, weights.query.view, weights.queryBias.view, queries},
                                         {normed, weights.key.view, weights.keyBias.view, keys},
                                         {normed, weights.value.view, weights.valueBias.view, values}};
  m_device.normedMatmul(stream, normOf(hidden, weights.attentionNorm, normed), projections);
  m_device.storeKeyValue(stream, {.queries = queries,
                                  .keys = keys,
                                  .values = values,
                                  .queryGain = weights.queryNorm.view,
                                  .keyGain = weights.keyNorm.view,
                                  .epsilon = m_config.normEpsilon,
                                  .rope = rope(),
                                  .layer = layer,
                                  .batch = batch,
                                  .kv = kv,
                                  .window = window});
  m_device.pagedAttention(stream, {.queries = queries,
                                   .scale = attentionScale(),
                                   .layer = layer,
                                   .queryHeads = m_config.queryHeads,
                                   .batch = batch,
                                   .kv = kv,
                                   .output = attended});
  product(stream, attended, weights.attentionOutput, weights.attentionOutputBias, hidden, true);
}

void Transformer::runFeedForward(Stream& stream, int layer, int numTokens) {
  const LayerWeights& weights = m_weights.layers[static_cast<std::size_t>(layer)];
  const TensorView hidden = firstRows(m_activations.hidden, numTokens);
  const TensorView normed = firstRows(m_activations.normed, numTokens);
  const TensorView gate = firstRows(m_activations.gate, numTokens);
  const TensorView up = firstRows(m_activations.up, numTokens);

  const RmsNormArguments norm = normOf(hidden, weights.feedForwardNorm, normed);
  if (weights.experts.isPresent()) {
    m_device.rmsNorm(stream, norm);
    return runExperts(stream, weights.experts, normed, hidden);
  }
  m_device.gatedMatmul(stream, {.norm = norm,
                                .gateWeight = weights.gate.view,
                                .gateBias = weights.gateBias.view,
                                .upWeight = weights.up.view,
                                .upBias = weights.upBias.view,
                                .gate = gate,
                                .up = up});
  product(stream, gate, weights.down, weights.downBias, hidden, true);
}

void Transformer::runExperts(Stream& stream, const ExpertWeights& experts, const TensorView& normed,
                             const TensorView& hidden) {
  const TensorView routing = firstRows(m_activations.routing, normed.rows);
  auto* const chosen = static_cast<std::int32_t*>(m_activations.experts.data);
  auto* const shares = static_cast<float*>(m_activations.shares.data);
  product(stream, normed, experts.router, {}, routing);
  m_device.routeExperts(stream, {.logits = routing,
                                 .expertsUsed = m_config.expertsUsed,
                                 .normalises = m_config.normalisesExperts,
                                 .experts = chosen,
                                 .weights = shares});
  m_device.mixExperts(stream, {.input = normed,
                               .numExperts = m_config.numExperts,
                               .expertsUsed = m_config.expertsUsed,
                               .experts = chosen,
                               .weights = shares,
                               .gates = experts.gateViews.data(),
                               .ups = experts.upViews.data(),
                               .downs = experts.downViews.data(),
                               .output = hidden});
}

ConstTensorView Transformer::runOutput(Stream& stream, const std::int32_t* logitRows, int numLogitRows,
                                       int numTokens) {
  if (numLogitRows == 0) return {};
  const TensorView selected = firstRows(m_activations.selected, numLogitRows);
  const TensorView logits = firstRows(m_activations.logits, numLogitRows);
  m_device.gatherRows(
      stream, {.input = firstRows(m_activations.hidden, numTokens), .rows = logitRows, .output = selected});
  const TensorView normed = firstRows(m_activations.selectedNormed, numLogitRows);
  const DeviceWeight& output = m_config.tiedOutput ? m_weights.embedding : m_weights.output;
  const MatmulArguments scores{normed, output.view, {}, logits};
  m_device.normedMatmul(stream, normOf(selected, m_weights.outputNorm, normed), std::span(&scores, 1));
  return logits;
}

}  // namespace zipage
