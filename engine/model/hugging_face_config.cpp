#include "engine/model/hugging_face_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "engine/model/config_limits.h"

namespace zipage {

namespace {

using Json = nlohmann::json;

/// What a `model_type` is called in this program.
struct KnownType {
  std::string_view modelType;
  std::string_view architecture;
};
constexpr std::array<KnownType, 7> kKnownTypes = {{{"qwen3", "qwen3"},
                                                   {"qwen3_moe", "qwen3moe"},
                                                   {"qwen2", "qwen2"},
                                                   {"llama", "llama"},
                                                   {"mistral", "llama"},
                                                   {"smollm3", "smollm3"},
                                                   {"phi3", "phi3"}}};

/// Reads keys and remembers the first thing that is wrong, so that reading stays a list.
class Reader {
 public:
  Reader(const Json& json, const std::string& file, std::string prefix = "")
      : m_json(json), m_file(file), m_prefix(std::move(prefix)) {}

  const std::optional<Error>& error() const { return m_error; }
  /// Null stands for absent, as Python writes it.
  bool has(const char* key) const { return m_json.contains(key) && !m_json[key].is_null(); }

  int integer(const char* key, std::int64_t most, std::optional<std::int64_t> otherwise = {}) {
    if (!has(key)) return otherwise ? static_cast<int>(*otherwise) : remember(key, "is missing");
    const Json& value = m_json[key];
    const bool isWithin =
        value.is_number_integer() && value.get<std::int64_t>() >= 1 && value.get<std::int64_t>() <= most;
    if (!isWithin) return remember(key, "is not a number from 1 to " + std::to_string(most));
    return value.get<int>();
  }

  double number(const char* key, double least, double most, std::optional<double> otherwise = {}) {
    if (!has(key)) return otherwise ? *otherwise : remember(key, "is missing");
    const Json& value = m_json[key];
    if (!value.is_number() || !(value.get<double>() >= least && value.get<double>() <= most))
      return remember(key, "is not a number that a model has");
    return value.get<double>();
  }

  bool flag(const char* key, bool otherwise) const {
    return has(key) && m_json[key].is_boolean() ? m_json[key].get<bool>() : otherwise;
  }

  std::string text(const char* key) const {
    return has(key) && m_json[key].is_string() ? m_json[key].get<std::string>() : "";
  }

  int remember(const char* key, const std::string& what) {
    if (!m_error) m_error = Error{ErrorCode::InvalidFile, m_file + ": \"" + m_prefix + key + "\" " + what};
    return 1;
  }

 private:
  const Json& m_json;
  const std::string& m_file;
  std::string m_prefix;
  std::optional<Error> m_error;
};

Result<std::string> readArchitecture(const Reader& reader, const std::string& file) {
  const std::string type = reader.text("model_type");
  if (type.empty()) return failure(ErrorCode::InvalidFile, file + ": \"model_type\" is missing");
  const auto known = std::ranges::find(kKnownTypes, type, &KnownType::modelType);
  if (known != kKnownTypes.end()) return std::string(known->architecture);
  std::string names;
  for (const KnownType& each : kKnownTypes)
    names += (names.empty() ? "" : ", ") + std::string(each.modelType);
  return failure(ErrorCode::Unsupported, file + ": the architecture \"" + type.substr(0, 100) +
                                             "\" is not known; known are: " + names);
}

/// Up to its original context the short factors hold, and a longer one is not offered.
Result<void> readLongRope(const Json& json, Reader& reader, ModelConfig& config, const std::string& file) {
  const auto factors = json.find("short_factor");
  const auto pairs = static_cast<std::size_t>(config.ropeDimensions / 2);
  if (factors == json.end() || !factors->is_array() || factors->size() != pairs)
    return failure(ErrorCode::InvalidFile,
                   file + ": \"short_factor\" needs " + std::to_string(pairs) + " numbers");
  for (const Json& factor : *factors) {
    if (!factor.is_number() || !(factor.get<double>() > 0.0))
      return failure(ErrorCode::InvalidFile, file + ": \"short_factor\" has an element that divides nothing");
    config.ropeScaling.divisors.push_back(factor.get<float>());
  }
  config.ropeScaling.kind = RopeScalingKind::Divisors;
  const double original = config.ropeScaling.originalContext;
  const double ratio = original > 0.0 ? config.contextLength / original : 1.0;
  config.ropeScaling.attentionFactor =
      reader.number("attention_factor", 1e-3, 1e3,
                    ratio > 1.0 ? std::sqrt(1.0 + std::log(ratio) / std::log(original)) : 1.0);
  if (ratio > 1.0) config.contextLength = static_cast<int>(original);
  return {};
}

Result<void> readScaling(const Json& json, ModelConfig& config, double originalContext,
                         const std::string& file) {
  Reader reader(json, file, "rope_scaling.");
  const std::string kind = reader.has("rope_type") ? reader.text("rope_type") : reader.text("type");
  RopeScaling& scaling = config.ropeScaling;
  scaling.originalContext = reader.number("original_max_position_embeddings", 1.0, 1e9, originalContext);
  if (kind.empty() || kind == "default") return {};
  if (kind == "longrope" || kind == "su") return readLongRope(json, reader, config, file);
  scaling.factor = reader.number("factor", 1.0, 1e6);
  if (kind == "linear") {
    scaling.kind = RopeScalingKind::Linear;
  } else if (kind == "llama3") {
    scaling.kind = RopeScalingKind::Llama3;
    scaling.lowFrequencyFactor = reader.number("low_freq_factor", 1e-6, 1e6);
    scaling.highFrequencyFactor = reader.number("high_freq_factor", 1e-6, 1e6);
    if (!(scaling.highFrequencyFactor > scaling.lowFrequencyFactor))
      reader.remember("high_freq_factor", "must be larger than \"low_freq_factor\"");
  } else if (kind == "yarn") {
    scaling.kind = RopeScalingKind::Yarn;
    scaling.betaFast = reader.number("beta_fast", 1e-3, 1e6, 32.0);
    scaling.betaSlow = reader.number("beta_slow", 1e-3, 1e6, 1.0);
    scaling.attentionFactor = reader.number("attention_factor", 1e-3, 1e3, 0.0);
  } else {
    return failure(ErrorCode::Unsupported,
                   file + ": the rope scaling \"" + kind.substr(0, 100) + "\" is not known");
  }
  if (reader.error()) return tl::unexpected(*reader.error());
  return {};
}

Result<void> readRope(const Json& json, Reader& reader, ModelConfig& config, const std::string& file) {
  // Newer files put everything about the rotation into "rope_parameters".
  const char* const key = json.contains("rope_parameters") ? "rope_parameters" : "rope_scaling";
  const Json scaling = json.contains(key) && json[key].is_object() ? json[key] : Json::object();
  Reader inner(scaling, file, std::string(key) + ".");
  config.ropeBase = static_cast<float>(
      inner.number("rope_theta", 1.0, 1e12, reader.number("rope_theta", 1.0, 1e12, 10000.0)));
  const double share =
      inner.number("partial_rotary_factor", 0.0, 1.0, reader.number("partial_rotary_factor", 0.0, 1.0, 1.0));
  config.ropeDimensions = static_cast<int>(config.headDim * share) / 2 * 2;
  if (config.ropeDimensions < 2) reader.remember("partial_rotary_factor", "leaves nothing to rotate");
  if (inner.error()) return tl::unexpected(*inner.error());
  const double original = reader.number("original_max_position_embeddings", 1.0, 1e9, config.contextLength);
  return readScaling(scaling, config, original, file);
}

/// SmolLM3 lists for each layer whether it rotates: 1, or 0 for every fourth.
Result<void> readPlainLayers(const Json& json, Reader& reader, ModelConfig& config, const std::string& file) {
  if (config.architecture != "smollm3") return {};
  config.plainLayerInterval = reader.integer("no_rope_layer_interval", kMaxLayers, 4);
  const auto layers = json.find("no_rope_layers");
  if (layers == json.end() || !layers->is_array() || layers->empty()) return {};
  for (std::size_t layer = 0; layer < layers->size(); ++layer) {
    const bool isPlain = (static_cast<int>(layer) + 1) % config.plainLayerInterval == 0;
    const Json& entry = (*layers)[layer];
    if (!entry.is_number_integer() || (entry.get<std::int64_t>() == 0) != isPlain)
      return failure(ErrorCode::Unsupported, file + ": \"no_rope_layers\" does not follow its interval");
  }
  return {};
}

void readExperts(Reader& reader, ModelConfig& config) {
  if (config.architecture != "qwen3moe") return;
  const char* const count = reader.has("num_experts") ? "num_experts" : "num_local_experts";
  config.numExperts = reader.integer(count, kMaxExperts);
  config.expertsUsed = reader.integer("num_experts_per_tok", config.numExperts);
  config.expertDim = reader.integer("moe_intermediate_size", kMaxFeedForwardDim);
  config.normalisesExperts = reader.flag("norm_topk_prob", false);
}

/// Up to the window, attention to all entries is what the model was trained with.
void limitToWindow(Reader& reader, ModelConfig& config) {
  if (!reader.has("sliding_window") || !reader.flag("use_sliding_window", true)) return;
  const int window = reader.integer("sliding_window", std::numeric_limits<int>::max());
  if (config.contextLength > window) config.contextLength = window;
}

Result<void> checkHeads(const ModelConfig& config, const std::string& file) {
  if (config.queryHeads % config.kvHeads != 0)
    return failure(ErrorCode::InvalidFile, file + ": " + std::to_string(config.queryHeads) +
                                               " query heads cannot share " + std::to_string(config.kvHeads) +
                                               " KV heads evenly");
  if (config.headDim % 2 != 0)
    return failure(ErrorCode::InvalidFile,
                   file + ": the head dimension " + std::to_string(config.headDim) + " is odd");
  return {};
}

}  // namespace

Result<ModelConfig> readHuggingFaceConfig(const Json& json, const std::string& file) {
  Reader reader(json, file);
  const auto architecture = readArchitecture(reader, file);
  if (!architecture) return tl::unexpected(architecture.error());
  ModelConfig config;
  config.architecture = *architecture;
  config.name = reader.text("_name_or_path").substr(0, 1000);
  config.numLayers = reader.integer("num_hidden_layers", kMaxLayers);
  config.modelDim = reader.integer("hidden_size", kMaxModelDim);
  config.feedForwardDim = reader.integer("intermediate_size", kMaxFeedForwardDim);
  config.queryHeads = reader.integer("num_attention_heads", kMaxHeads);
  config.kvHeads = reader.integer("num_key_value_heads", kMaxHeads, config.queryHeads);
  config.headDim = reader.integer("head_dim", kMaxHeadDim, std::max(1, config.modelDim / config.queryHeads));
  config.vocabularySize = reader.integer("vocab_size", kMaxVocabulary);
  config.contextLength = reader.integer("max_position_embeddings", std::numeric_limits<int>::max(), 0);
  config.normEpsilon = static_cast<float>(reader.number("rms_norm_eps", 1e-12, 0.1, 1e-6));
  config.queryKeyNorm = architecture->starts_with("qwen3");
  readExperts(reader, config);
  config.tiedOutput = reader.flag("tie_word_embeddings", *architecture == "smollm3");
  const std::string activation = reader.text("hidden_act");
  if (!activation.empty() && activation != "silu")
    return failure(ErrorCode::Unsupported,
                   file + ": the activation \"" + activation.substr(0, 100) + "\" is not known");
  if (reader.error()) return tl::unexpected(*reader.error());
  if (auto heads = checkHeads(config, file); !heads) return tl::unexpected(heads.error());
  if (auto rope = readRope(json, reader, config, file); !rope) return tl::unexpected(rope.error());
  if (auto plain = readPlainLayers(json, reader, config, file); !plain) return tl::unexpected(plain.error());
  limitToWindow(reader, config);
  if (reader.error()) return tl::unexpected(*reader.error());
  return config;
}

}  // namespace zipage
