#include "engine/model/model_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "engine/model/config_limits.h"
#include "engine/model/gguf_file.h"
#include "engine/model/gguf_rope.h"

namespace zipage {

namespace {

constexpr std::array<std::string_view, 6> kArchitectures = {"qwen3", "qwen3moe", "qwen2",
                                                            "llama", "smollm3",  "phi3"};

/// Reads the keys of one architecture and remembers the first thing that is wrong, so that reading stays a
/// list.
class ConfigReader {
 public:
  ConfigReader(const GgufFile& file, std::string architecture)
      : m_file(file), m_prefix(std::move(architecture) + ".") {}

  const std::optional<Error>& error() const { return m_error; }
  bool contains(const std::string& suffix) const { return m_file.contains(m_prefix + suffix); }

  int integer(const std::string& suffix, std::int64_t most, std::optional<std::int64_t> otherwise = {}) {
    const std::string key = m_prefix + suffix;
    const auto found = m_file.integer(key);
    if (!found) return remember(found.error());
    const auto value = *found ? *found : otherwise;
    if (!value) return remember(missing(key));
    if (*value < 1 || *value > most) {
      return remember(bad(key, "is " + std::to_string(*value) + ", not from 1 to " + std::to_string(most)));
    }
    return static_cast<int>(*value);
  }

  bool flag(const std::string& suffix, bool otherwise) {
    const auto found = m_file.boolean(m_prefix + suffix);
    if (!found) return remember(found.error()) != 0;
    return found->value_or(otherwise);
  }

  float number(const std::string& suffix, double least, double most, std::optional<double> otherwise) {
    const std::string key = m_prefix + suffix;
    const auto found = m_file.number(key);
    if (!found) return remember(found.error());
    const auto value = *found ? *found : otherwise;
    if (!value) return remember(missing(key));
    if (!(*value >= least && *value <= most)) {
      return remember(bad(key, "is " + std::to_string(*value) + ", which no model has"));
    }
    return static_cast<float>(*value);
  }

 private:
  Error missing(const std::string& key) const { return m_file.invalid("\"" + key + "\" is missing").value(); }
  Error bad(const std::string& key, const std::string& what) const {
    return m_file.invalid("\"" + key + "\" " + what).value();
  }
  /// Stands in for the value that could not be read; 1 keeps divisions defined until the error is looked at.
  int remember(const Error& error) {
    if (!m_error) m_error = error;
    return 1;
  }

  const GgufFile& m_file;
  std::string m_prefix;
  std::optional<Error> m_error;
};

Result<std::string> readArchitecture(const GgufFile& file) {
  const auto name = file.string("general.architecture");
  if (!name) return tl::unexpected(name.error());
  if (!*name) return file.invalid("\"general.architecture\" is missing");
  if (std::ranges::find(kArchitectures, **name) != kArchitectures.end()) return std::string(**name);
  std::string known;
  for (const std::string_view architecture : kArchitectures)
    known += (known.empty() ? "" : ", ") + std::string(architecture);
  return file.unsupported("the architecture \"" + std::string(name->value().substr(0, 100)) +
                          "\" is not known; known are: " + known);
}

Result<void> checkHeads(const GgufFile& file, const ModelConfig& config) {
  if (config.queryHeads % config.kvHeads != 0) {
    return file.invalid(std::to_string(config.queryHeads) + " query heads cannot share " +
                        std::to_string(config.kvHeads) + " KV heads evenly");
  }
  if (config.headDim % 2 != 0)
    return file.invalid("the head dimension " + std::to_string(config.headDim) + " is odd");
  return {};
}

/// The vocabulary is as large as the embedding, which may have rows beyond the tokenizer's tokens.
Result<int> readVocabularySize(const GgufFile& file) {
  const GgufTensor* const embedding = file.findTensor("token_embd.weight");
  if (embedding == nullptr) return file.invalid("the tensor \"token_embd.weight\" is missing");
  if (embedding->rows > kMaxVocabulary) {
    return file.invalid("\"token_embd.weight\" has " + std::to_string(embedding->rows) + " rows");
  }
  return static_cast<int>(embedding->rows);
}

}  // namespace

Result<ModelConfig> readModelConfig(const GgufFile& file) {
  const auto architecture = readArchitecture(file);
  if (!architecture) return tl::unexpected(architecture.error());
  const auto name = file.string("general.name");
  if (!name) return tl::unexpected(name.error());

  ModelConfig config;
  config.architecture = *architecture;
  config.name = std::string(name->value_or("").substr(0, 1000));
  ConfigReader reader(file, *architecture);
  config.numLayers = reader.integer("block_count", kMaxLayers);
  config.modelDim = reader.integer("embedding_length", kMaxModelDim);
  config.feedForwardDim = reader.integer("feed_forward_length", kMaxFeedForwardDim);
  config.queryHeads = reader.integer("attention.head_count", kMaxHeads);
  config.kvHeads = reader.integer("attention.head_count_kv", kMaxHeads, config.queryHeads);
  const int evenShare = config.modelDim / config.queryHeads;
  config.headDim = reader.integer("attention.key_length", kMaxHeadDim, evenShare);
  const int valueDim = reader.integer("attention.value_length", kMaxHeadDim, evenShare);
  if (reader.contains("context_length")) {
    config.contextLength = reader.integer("context_length", std::numeric_limits<int>::max());
  }
  config.normEpsilon = reader.number("attention.layer_norm_rms_epsilon", 1e-12, 0.1, std::nullopt);
  config.ropeBase = reader.number("rope.freq_base", 1.0, 1e12, 10000.0);
  if (*architecture == "qwen3moe") {
    config.numExperts = reader.integer("expert_count", kMaxExperts);
    config.expertsUsed = reader.integer("expert_used_count", config.numExperts);
    config.expertDim = reader.integer("expert_feed_forward_length", kMaxFeedForwardDim);
    config.normalisesExperts = reader.flag("expert_weights_norm", true);
  }
  if (reader.error()) return tl::unexpected(*reader.error());

  const auto vocabularySize = readVocabularySize(file);
  if (!vocabularySize) return tl::unexpected(vocabularySize.error());
  config.vocabularySize = *vocabularySize;
  config.tiedOutput = file.findTensor("output.weight") == nullptr;
  config.queryKeyNorm = architecture->starts_with("qwen3");
  if (valueDim != config.headDim)
    return file.unsupported("keys and values of different dimensions are not known");
  if (auto heads = checkHeads(file, config); !heads) return tl::unexpected(heads.error());
  if (auto rope = readRope(file, config); !rope) return tl::unexpected(rope.error());
  return config;
}

}  // namespace zipage
