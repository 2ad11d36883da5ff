#include "engine/model/model_loader.h"

#include <optional>
#include <string>
#include <utility>

namespace zipage {

namespace {

enum class Role { Matrix, Gain };

/// Loads tensors one after the other until one fails; what comes after a failure is left absent.
class WeightLoader {
 public:
  WeightLoader(const GgufFile& file, Device& device) : m_file(file), m_device(device) {}

  DeviceWeight matrix(const std::string& name, std::int64_t rows, std::int64_t columns) {
    return load(name, Role::Matrix, rows, columns);
  }
  DeviceWeight gain(const std::string& name, std::int64_t columns) {
    return load(name, Role::Gain, 1, columns);
  }

  const std::optional<Error>& error() const { return m_error; }
  std::size_t bytes() const { return m_bytes; }

 private:
  DeviceWeight load(const std::string& name, Role role, std::int64_t rows, std::int64_t columns) {
    if (m_error) return {};
    if (auto checked = check(name, role, rows, columns); !checked) {
      m_error = std::move(checked.error());
      return {};
    }
    const ConstTensorView& view = m_file.findTensor(name)->view;
    auto weight = m_device.loadWeight(view);
    if (!weight) {
      m_error = Error{weight.error().sticky ? ErrorCode::Device : ErrorCode::OutOfMemory,
                      m_file.name() + ": tensor \"" + name + "\": " + weight.error().message};
      return {};
    }
    m_bytes += view.bytes();
    return std::move(*weight);
  }

  Result<void> check(const std::string& name, Role role, std::int64_t rows, std::int64_t columns) const {
    const GgufTensor* const tensor = m_file.findTensor(name);
    if (tensor == nullptr) return m_file.invalid("the tensor \"" + name + "\" is missing");
    const int numDimensions = role == Role::Gain ? 1 : 2;
    if (tensor->numDimensions > numDimensions || tensor->rows != rows || tensor->columns != columns) {
      return m_file.invalid("the tensor \"" + name + "\" is " + std::to_string(tensor->rows) + " x " +
                            std::to_string(tensor->columns) + ", where the model needs " +
                            std::to_string(rows) + " x " + std::to_string(columns));
    }
    if (!tensor->view) {
      return m_file.unsupported("the tensor \"" + name + "\" is stored as " + nameOfGgmlType(tensor->typeId) +
                                ", which this program does not multiply");
    }
    if (role == Role::Gain && tensor->view.type != DataType::F32) {
      return m_file.unsupported("the tensor \"" + name + "\" is stored as " + nameOfGgmlType(tensor->typeId) +
                                "; norms must be F32");
    }
    return {};
  }

  const GgufFile& m_file;
  Device& m_device;
  std::optional<Error> m_error;
  std::size_t m_bytes = 0;
};

LayerWeights loadLayer(WeightLoader& loader, const ModelConfig& config, int index) {
  const std::string prefix = "blk." + std::to_string(index) + ".";
  LayerWeights layer;
  layer.attentionNorm = loader.gain(prefix + "attn_norm.weight", config.modelDim);
  layer.query = loader.matrix(prefix + "attn_q.weight", config.queryDim(), config.modelDim);
  layer.key = loader.matrix(prefix + "attn_k.weight", config.kvDim(), config.modelDim);
  layer.value = loader.matrix(prefix + "attn_v.weight", config.kvDim(), config.modelDim);
  if (config.queryKeyNorm) {
    layer.queryNorm = loader.gain(prefix + "attn_q_norm.weight", config.headDim);
    layer.keyNorm = loader.gain(prefix + "attn_k_norm.weight", config.headDim);
  }
  layer.attentionOutput = loader.matrix(prefix + "attn_output.weight", config.modelDim, config.queryDim());
  layer.feedForwardNorm = loader.gain(prefix + "ffn_norm.weight", config.modelDim);
  layer.gate = loader.matrix(prefix + "ffn_gate.weight", config.feedForwardDim, config.modelDim);
  layer.up = loader.matrix(prefix + "ffn_up.weight", config.feedForwardDim, config.modelDim);
  layer.down = loader.matrix(prefix + "ffn_down.weight", config.modelDim, config.feedForwardDim);
  return layer;
}

}  // namespace

Result<LoadedWeights> loadWeights(const GgufFile& file, const ModelConfig& config, Device& device) {
  WeightLoader loader(file, device);
  LoadedWeights loaded;
  loaded.weights.embedding = loader.matrix("token_embd.weight", config.vocabularySize, config.modelDim);
  for (int index = 0; index < config.numLayers && !loader.error(); ++index) {
    loaded.weights.layers.push_back(loadLayer(loader, config, index));
  }
  loaded.weights.outputNorm = loader.gain("output_norm.weight", config.modelDim);
  if (!config.tiedOutput) {
    loaded.weights.output = loader.matrix("output.weight", config.vocabularySize, config.modelDim);
  }
  if (loader.error()) return tl::unexpected(*loader.error());
  loaded.bytes = loader.bytes();
  return loaded;
}

}  // namespace zipage
