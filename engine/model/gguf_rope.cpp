#include "engine/model/gguf_rope.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace zipage {

namespace {

constexpr int kSmolLm3PlainInterval = 4;

/// Files of these architectures have the rows of Q and K in pairs that stand next to each other.
bool hasInterleavedRows(const std::string& architecture) {
  return architecture == "llama" || architecture == "smollm3";
}

class RopeReader {
 public:
  RopeReader(const GgufFile& file, ModelConfig& config)
      : m_file(file), m_config(config), m_prefix(config.architecture + ".rope.") {}

  Result<void> read() {
    for (const auto step : {&RopeReader::readDimensions, &RopeReader::readScaling, &RopeReader::readDivisors,
                            &RopeReader::readSlidingWindow}) {
      if (auto done = (this->*step)(); !done) return done;
    }
    m_config.ropeStyle =
        hasInterleavedRows(m_config.architecture) ? RopeStyle::Interleaved : RopeStyle::HalfSplit;
    if (m_config.architecture == "smollm3") m_config.plainLayerInterval = kSmolLm3PlainInterval;
    return {};
  }

 private:
  Result<void> readDimensions() {
    const auto count = m_file.integer(m_prefix + "dimension_count");
    if (!count) return tl::unexpected(count.error());
    const std::int64_t dimensions = count->value_or(m_config.headDim);
    if (dimensions < 2 || dimensions > m_config.headDim || dimensions % 2 != 0) {
      return m_file.invalid("\"" + m_prefix + "dimension_count\" is " + std::to_string(dimensions) +
                            " for heads of " + std::to_string(m_config.headDim));
    }
    m_config.ropeDimensions = static_cast<int>(dimensions);
    return {};
  }

  Result<void> readScaling() {
    const auto kind = m_file.string(m_prefix + "scaling.type");
    if (!kind) return tl::unexpected(kind.error());
    RopeScaling& scaling = m_config.ropeScaling;
    if (auto done = readNumber("scaling.factor", 1.0, 1e6, scaling.factor); !done) return done;
    if (auto done = readNumber("scaling.original_context_length", 1.0, 1e9, scaling.originalContext); !done)
      return done;
    const std::string_view name = kind->value_or("none");
    if (name == "none" || name == "longrope") return {};
    if (name == "linear") {
      scaling.kind = RopeScalingKind::Linear;
      return {};
    }
    if (name != "yarn")
      return m_file.unsupported("the rope scaling \"" + std::string(name.substr(0, 100)) + "\" is not known");
    return readYarn();
  }

  Result<void> readYarn() {
    RopeScaling& scaling = m_config.ropeScaling;
    scaling.kind = RopeScalingKind::Yarn;
    if (scaling.originalContext <= 0.0) scaling.originalContext = m_config.contextLength;
    if (scaling.originalContext <= 0.0)
      return m_file.invalid("\"" + m_prefix + "scaling.original_context_length\" is missing");
    double share = 1.0;
    if (auto done = readNumber("scaling.attn_factor", 1e-3, 1e3, share); !done) return done;
    scaling.attentionFactor = share * static_cast<double>(ropeMagnitude(scaling));
    if (auto done = readNumber("scaling.yarn_beta_fast", 1e-3, 1e6, scaling.betaFast); !done) return done;
    return readNumber("scaling.yarn_beta_slow", 1e-3, 1e6, scaling.betaSlow);
  }

  /// llama3 scaling is stored as divisors; longrope as two sets, of which the short one holds up to the
  /// original context.
  Result<void> readDivisors() {
    if (m_file.findTensor("rope_freqs.weight") != nullptr) return takeDivisors("rope_freqs.weight");
    if (m_file.findTensor("rope_factors_short.weight") == nullptr) return {};
    const double original = m_config.ropeScaling.originalContext;
    if (original > 0.0) m_config.contextLength = std::min(m_config.contextLength, static_cast<int>(original));
    double magnitude = 0.0;
    if (auto done = readNumber("scaling.attn_factor", 1e-3, 1e3, magnitude); !done) return done;
    m_config.ropeScaling.attentionFactor = magnitude;
    return takeDivisors("rope_factors_short.weight");
  }

  Result<void> takeDivisors(const char* name) {
    const GgufTensor& tensor = *m_file.findTensor(name);
    const std::int64_t pairs = m_config.ropeDimensions / 2;
    if (!tensor.view || tensor.view.type != DataType::F32 || tensor.rows != 1 || tensor.columns != pairs) {
      return m_file.invalid("the tensor \"" + std::string(name) + "\" is not " + std::to_string(pairs) +
                            " numbers of type F32");
    }
    std::vector<float>& divisors = m_config.ropeScaling.divisors;
    divisors.resize(static_cast<std::size_t>(pairs));
    std::memcpy(divisors.data(), tensor.view.data, divisors.size() * sizeof(float));
    if (!std::ranges::all_of(divisors,
                             [](float divisor) { return divisor > 0.0F && std::isfinite(divisor); }))
      return m_file.invalid("the tensor \"" + std::string(name) + "\" has an element that divides nothing");
    m_config.ropeScaling.kind = RopeScalingKind::Divisors;
    return {};
  }

  /// Up to the window, attention to all entries is what the model was trained with.
  Result<void> readSlidingWindow() {
    const auto window = m_file.integer(m_config.architecture + ".attention.sliding_window");
    if (!window) return tl::unexpected(window.error());
    if (*window && **window > 0 && m_config.contextLength > **window)
      m_config.contextLength = static_cast<int>(**window);
    return {};
  }

  Result<void> readNumber(const char* suffix, double least, double most, double& value) {
    const std::string key = m_prefix + suffix;
    const auto number = m_file.number(key);
    if (!number) return tl::unexpected(number.error());
    if (!*number) return {};
    if (!(**number >= least && **number <= most))
      return m_file.invalid("\"" + key + "\" is " + std::to_string(**number) + ", which no model has");
    value = **number;
    return {};
  }

  const GgufFile& m_file;
  ModelConfig& m_config;
  std::string m_prefix;
};

}  // namespace

Result<void> readRope(const GgufFile& file, ModelConfig& config) { return RopeReader(file, config).read(); }

}  // namespace zipage
