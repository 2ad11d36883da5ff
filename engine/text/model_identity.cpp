#include "engine/text/model_identity.h"

#include <xxhash.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <type_traits>

namespace zipage {

namespace {

constexpr std::size_t kStretchBytes = 64;
constexpr std::size_t kStretches = 1024;  // of all tensors together, but one of each at least

class Hasher {
 public:
  Hasher() : m_state(XXH3_createState(), &XXH3_freeState) { XXH3_64bits_reset(m_state.get()); }

  void bytes(const void* data, std::size_t count) { XXH3_64bits_update(m_state.get(), data, count); }
  template <typename Number>
  requires std::is_arithmetic_v<Number> || std::is_enum_v<Number>
  void number(Number value) { bytes(&value, sizeof value); }
  /// With its length, so that texts in a row are told apart.
  void text(std::string_view text) {
    number(text.size());
    bytes(text.data(), text.size());
  }
  std::uint64_t result() const { return XXH3_64bits_digest(m_state.get()); }

 private:
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> m_state;
};

void addRotation(Hasher& hasher, const ModelConfig& config) {
  const RopeScaling& scaling = config.ropeScaling;
  hasher.number(config.ropeBase);
  hasher.number(config.ropeStyle);
  hasher.number(config.plainLayerInterval);
  hasher.number(ropeMagnitude(scaling));
  for (const float frequency : inverseFrequencies(config.ropeBase, config.ropeDimensions, scaling))
    hasher.number(frequency);
}

void addShape(Hasher& hasher, const ModelConfig& config) {
  hasher.text(config.architecture);
  for (const int size : {config.numLayers, config.modelDim, config.feedForwardDim, config.queryHeads,
                         config.kvHeads, config.headDim, config.vocabularySize, config.ropeDimensions,
                         config.numExperts, config.expertsUsed, config.expertDim})
    hasher.number(size);
  for (const bool isSo : {config.normalisesExperts, config.queryKeyNorm, config.tiedOutput})
    hasher.number(isSo);
  hasher.number(config.normEpsilon);
  addRotation(hasher, config);
}

/// Stretches from the beginning to the end, evenly.
void addSample(Hasher& hasher, const ConstTensorView& view, std::size_t numStretches) {
  const std::size_t total = bytesOf(view.type, view.rows * view.columns);
  const auto* data = static_cast<const std::byte*>(view.data);
  const std::size_t stretch = std::min(total, kStretchBytes);
  for (std::size_t i = 0; i < numStretches; ++i)
    hasher.bytes(data + (total - stretch) / numStretches * i, stretch);
  hasher.bytes(data + (total - stretch), stretch);
}

void addTensors(Hasher& hasher, const TensorSource& tensors) {
  const std::vector<std::string> names = tensors.tensorNames();
  const std::size_t stretches = std::max<std::size_t>(1, kStretches / std::max<std::size_t>(1, names.size()));
  for (const std::string& name : names) {
    const auto tensor = tensors.tensor(name);
    hasher.text(name);
    hasher.text(tensor->typeName);
    hasher.number(tensor->rows);
    hasher.number(tensor->columns);
    if (tensor->view) addSample(hasher, tensor->view, stretches);
  }
}

}  // namespace

std::uint64_t modelIdentity(const ModelConfig& config, const TensorSource& tensors,
                            const Tokenizer& tokenizer) {
  Hasher hasher;
  addShape(hasher, config);
  addTensors(hasher, tensors);
  for (TokenId token = 0; token < tokenizer.vocabularySize(); ++token)
    hasher.text(tokenizer.pieceBytes(token, true));
  return hasher.result();
}

}  // namespace zipage
