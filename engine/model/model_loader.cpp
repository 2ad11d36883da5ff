#include "engine/model/model_loader.h"

#include <optional>
#include <string>
#include <utility>

#include "engine/model/float_conversion.h"
#include "engine/model/tensor_names.h"

namespace zipage {

namespace {

/// Loads tensors one after the other until one fails; what comes after a failure is left absent.
class WeightLoader {
 public:
  WeightLoader(const TensorSource& source, Device& device, ModelWeights& weights,
               const LoadProgress& progress)
      : m_source(source), m_device(device), m_weights(weights), m_progress(progress) {}

  /// The rows [first, first + rows) of a matrix that has `allRows`, or of as many matrices in a row.
  DeviceWeight matrix(const std::string& name, std::int64_t rows, std::int64_t columns,
                      std::int64_t first = 0, std::int64_t allRows = 0, int numDimensions = 2) {
    const auto tensor = find(name + ".weight", numDimensions, allRows > 0 ? allRows : rows, columns);
    if (!tensor) return {};
    ConstTensorView view = tensor->view;
    view.data = static_cast<const std::byte*>(view.data) +
                static_cast<std::size_t>(first) * bytesOf(view.type, columns);
    view.rows = rows;
    return load(name, view);
  }

  DeviceWeight gain(const std::string& name, std::int64_t columns) {
    return floats(name + ".weight", columns, 0, columns);
  }

  /// Absent where the file has none.
  DeviceWeight bias(const std::string& name, std::int64_t columns, std::int64_t first = 0,
                    std::int64_t allColumns = 0) {
    if (m_error || !m_source.tensor(name + ".bias")) return {};
    return floats(name + ".bias", columns, first, allColumns > 0 ? allColumns : columns);
  }

  bool contains(const std::string& name) const { return m_source.tensor(name + ".weight").has_value(); }
  const TensorSource& source() const { return m_source; }
  const std::optional<Error>& error() const { return m_error; }
  std::size_t bytes() const { return m_bytes; }

 private:
  /// A vector of float32, converted where the file stores another type.
  DeviceWeight floats(const std::string& name, std::int64_t columns, std::int64_t first,
                      std::int64_t allColumns) {
    const auto tensor = find(name, 1, 1, allColumns);
    if (!tensor) return {};
    ConstTensorView view = tensor->view;
    if (view.type != DataType::F32) {
      if (!isPlainFloat(view.type)) {
        m_error = m_source
                      .unsupported("the tensor \"" + name + "\" is stored as " + tensor->typeName +
                                   "; norms and biases must be F32, F16 or BF16")
                      .value();
        return {};
      }
      m_weights.converted.push_back(toFloats(view));
      view = {m_weights.converted.back().data(), DataType::F32, 1, allColumns};
    }
    view.data = static_cast<const float*>(view.data) + first;
    view.columns = columns;
    return load(name, view);
  }

  DeviceWeight load(const std::string& name, const ConstTensorView& view) {
    auto weight = m_device.loadWeight(view);
    if (!weight) {
      m_error = Error{weight.error().sticky ? ErrorCode::Device : ErrorCode::OutOfMemory,
                      m_source.name() + ": tensor \"" + name + "\": " + weight.error().message};
      return {};
    }
    m_bytes += view.bytes();
    if (m_progress && !m_progress(m_bytes))
      m_error = Error{ErrorCode::Cancelled, m_source.name() + ": loading was cancelled"};
    return std::move(*weight);
  }

  std::optional<SourceTensor> find(const std::string& name, int numDimensions, std::int64_t rows,
                                   std::int64_t columns) {
    if (m_error) return std::nullopt;
    auto tensor = m_source.tensor(name);
    if (auto checked = check(name, tensor, numDimensions, rows, columns); !checked) {
      m_error = std::move(checked.error());
      return std::nullopt;
    }
    return tensor;
  }

  Result<void> check(const std::string& name, const std::optional<SourceTensor>& tensor, int numDimensions,
                     std::int64_t rows, std::int64_t columns) const {
    if (!tensor) return m_source.invalid("the tensor \"" + name + "\" is missing");
    if (tensor->numDimensions > numDimensions || tensor->rows != rows || tensor->columns != columns) {
      return m_source.invalid("the tensor \"" + name + "\" is " + std::to_string(tensor->rows) + " x " +
                              std::to_string(tensor->columns) + ", where the model needs " +
                              std::to_string(rows) + " x " + std::to_string(columns));
    }
    if (!tensor->view)
      return m_source.unsupported("the tensor \"" + name + "\" is stored as " + tensor->typeName +
                                  ", which this program does not multiply");
    return {};
  }

  const TensorSource& m_source;
  Device& m_device;
  ModelWeights& m_weights;
  const LoadProgress& m_progress;
  std::optional<Error> m_error;
  std::size_t m_bytes = 0;
};

class LayerLoader {
 public:
  LayerLoader(WeightLoader& loader, const ModelConfig& config, int index)
      : m_loader(loader), m_config(config), m_index(index) {}

  LayerWeights load() {
    m_layer.attentionNorm = m_loader.gain(name(LayerPart::AttentionNorm), m_config.modelDim);
    loadQueryKeyValue();
    if (m_config.queryKeyNorm) {
      m_layer.queryNorm = m_loader.gain(name(LayerPart::QueryNorm), m_config.headDim);
      m_layer.keyNorm = m_loader.gain(name(LayerPart::KeyNorm), m_config.headDim);
    }
    loadMatrix(LayerPart::AttentionOutput, m_config.modelDim, m_config.queryDim(), m_layer.attentionOutput,
               m_layer.attentionOutputBias);
    m_layer.feedForwardNorm = m_loader.gain(name(LayerPart::FeedForwardNorm), m_config.modelDim);
    loadFeedForward();
    return std::move(m_layer);
  }

 private:
  std::string name(LayerPart part) const { return tensorName(m_loader.source().naming(), part, m_index); }

  void loadMatrix(LayerPart part, std::int64_t rows, std::int64_t columns, DeviceWeight& weight,
                  DeviceWeight& bias) {
    weight = m_loader.matrix(name(part), rows, columns);
    bias = m_loader.bias(name(part), rows);
  }

  void loadQueryKeyValue() {
    const int model = m_config.modelDim;
    const int query = m_config.queryDim();
    const int key = m_config.kvDim();
    const std::string fused = name(LayerPart::QueryKeyValue);
    if (!m_loader.contains(fused)) {
      loadMatrix(LayerPart::Query, query, model, m_layer.query, m_layer.queryBias);
      loadMatrix(LayerPart::Key, key, model, m_layer.key, m_layer.keyBias);
      loadMatrix(LayerPart::Value, key, model, m_layer.value, m_layer.valueBias);
      return;
    }
    const int all = query + 2 * key;
    m_layer.query = m_loader.matrix(fused, query, model, 0, all);
    m_layer.key = m_loader.matrix(fused, key, model, query, all);
    m_layer.value = m_loader.matrix(fused, key, model, query + key, all);
    m_layer.queryBias = m_loader.bias(fused, query, 0, all);
    m_layer.keyBias = m_loader.bias(fused, key, query, all);
    m_layer.valueBias = m_loader.bias(fused, key, query + key, all);
  }

  void loadFeedForward() {
    if (m_config.numExperts > 0 && m_loader.contains(name(LayerPart::Router)))
      loadExperts();
    else
      loadDense();
  }

  void loadExperts() {
    ExpertWeights& experts = m_layer.experts;
    experts.router = m_loader.matrix(name(LayerPart::Router), m_config.numExperts, m_config.modelDim);
    loadExpertPart(LayerPart::ExpertGates, m_config.expertDim, m_config.modelDim, experts.gates,
                   experts.gateViews);
    loadExpertPart(LayerPart::ExpertUps, m_config.expertDim, m_config.modelDim, experts.ups, experts.upViews);
    loadExpertPart(LayerPart::ExpertDowns, m_config.modelDim, m_config.expertDim, experts.downs,
                   experts.downViews);
  }

  void loadExpertPart(LayerPart part, std::int64_t rows, std::int64_t columns,
                      std::vector<DeviceWeight>& weights, std::vector<ConstTensorView>& views) {
    const bool areOne = m_loader.source().naming() == TensorNaming::Gguf;
    for (int expert = 0; expert < m_config.numExperts && !m_loader.error(); ++expert) {
      weights.push_back(
          areOne ? m_loader.matrix(name(part), rows, columns, expert * rows, m_config.numExperts * rows, 3)
                 : m_loader.matrix(expertName(part, m_index, expert), rows, columns));
      views.push_back(weights.back().view);
    }
  }

  void loadDense() {
    const int model = m_config.modelDim;
    const int wide = m_config.feedForwardDim;
    const auto fused = m_loader.source().tensor(name(LayerPart::GateUp) + ".weight");
    const bool isFused = fused && fused->rows == 2L * wide && !m_loader.contains(name(LayerPart::Gate));
    if (!isFused) {
      loadMatrix(LayerPart::Gate, wide, model, m_layer.gate, m_layer.gateBias);
      loadMatrix(LayerPart::Up, wide, model, m_layer.up, m_layer.upBias);
    } else {
      m_layer.gate = m_loader.matrix(name(LayerPart::GateUp), wide, model, 0, 2L * wide);
      m_layer.up = m_loader.matrix(name(LayerPart::GateUp), wide, model, wide, 2L * wide);
    }
    loadMatrix(LayerPart::Down, model, wide, m_layer.down, m_layer.downBias);
  }

  WeightLoader& m_loader;
  const ModelConfig& m_config;
  int m_index;
  LayerWeights m_layer;
};

}  // namespace

Result<LoadedWeights> loadWeights(const TensorSource& source, const ModelConfig& config, Device& device,
                                  const LoadProgress& progress) {
  LoadedWeights loaded;
  WeightLoader loader(source, device, loaded.weights, progress);
  const auto name = [&](ModelPart part) { return tensorName(source.naming(), part); };
  loaded.weights.embedding =
      loader.matrix(name(ModelPart::Embedding), config.vocabularySize, config.modelDim);
  for (int index = 0; index < config.numLayers && !loader.error(); ++index)
    loaded.weights.layers.push_back(LayerLoader(loader, config, index).load());
  loaded.weights.outputNorm = loader.gain(name(ModelPart::OutputNorm), config.modelDim);
  if (!config.tiedOutput)
    loaded.weights.output = loader.matrix(name(ModelPart::Output), config.vocabularySize, config.modelDim);
  if (loader.error()) return tl::unexpected(*loader.error());
  loaded.bytes = loader.bytes();
  return loaded;
}

}  // namespace zipage
