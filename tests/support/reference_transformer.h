// The forward pass of qwen3 in double precision, straight from its definition: no pages, no devices, one
// position after the other, all earlier keys and values in plain vectors.
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "engine/model/gguf_file.h"
#include "engine/model/model_config.h"
#include "tests/support/weight_bytes.h"

namespace zipage::test {

using Row = std::vector<double>;

class ReferenceTransformer {
 public:
  /// `file` outlives this.
  ReferenceTransformer(const GgufFile& file, const ModelConfig& config) : m_file(file), m_config(config) {}

  /// Logits [tokens, vocabulary] of a sequence that starts at position 0.
  std::vector<Row> forward(const std::vector<int>& tokens) const {
    std::vector<Row> hidden;
    for (const int token : tokens) hidden.push_back(rowOf("token_embd.weight", token));
    for (int layer = 0; layer < m_config.numLayers; ++layer)
      runLayer("blk." + std::to_string(layer) + ".", hidden);
    const bool tied = m_file.findTensor("output.weight") == nullptr;
    for (Row& row : hidden) {
      row = product(tied ? "token_embd.weight" : "output.weight", normed(row, "output_norm.weight"));
    }
    return hidden;
  }

 private:
  /// All elements of a tensor, row after row; widened once.
  const Row& elementsOf(const std::string& name) const {
    Row& elements = m_tensors[name];
    if (!elements.empty()) return elements;
    const ConstTensorView& view = m_file.findTensor(name)->view;
    elements.resize(static_cast<std::size_t>(view.rows * view.columns));
    for (std::size_t i = 0; i < elements.size(); ++i) elements[i] = elementOf(view, i);
    return elements;
  }

  Row rowOf(const std::string& name, std::int64_t index) const {
    const std::int64_t columns = m_file.findTensor(name)->columns;
    const auto first = elementsOf(name).begin() + index * columns;
    return {first, first + columns};
  }

  Row product(const std::string& name, const Row& input) const {
    const Row& weight = elementsOf(name);
    Row output(weight.size() / input.size());
    for (std::size_t o = 0; o < output.size(); ++o) {
      for (std::size_t i = 0; i < input.size(); ++i) output[o] += input[i] * weight[o * input.size() + i];
    }
    return output;
  }

  Row normed(const Row& row, const std::string& gain) const {
    const Row gains = rowOf(gain, 0);
    double squares = 0.0;
    for (const double value : row) squares += value * value;
    const double scale = 1.0 / std::sqrt(squares / static_cast<double>(row.size()) + m_config.normEpsilon);
    Row output(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) output[i] = row[i] * scale * gains[i];
    return output;
  }

  /// Head by head: normalised, then element i turned together with element i + half.
  Row rotated(const Row& heads, const std::string& gain, std::size_t position) const {
    const auto dim = static_cast<std::size_t>(m_config.headDim);
    Row output;
    for (std::size_t start = 0; start < heads.size(); start += dim) {
      const auto from = heads.begin() + static_cast<std::ptrdiff_t>(start);
      const Row head = normed(Row(from, from + m_config.headDim), gain);
      Row turned(dim);
      for (std::size_t i = 0; i < dim / 2; ++i) {
        const double angle = static_cast<double>(position) *
                             std::pow(m_config.ropeBase, -2.0 * static_cast<double>(i) / m_config.headDim);
        turned[i] = head[i] * std::cos(angle) - head[i + dim / 2] * std::sin(angle);
        turned[i + dim / 2] = head[i + dim / 2] * std::cos(angle) + head[i] * std::sin(angle);
      }
      output.insert(output.end(), turned.begin(), turned.end());
    }
    return output;
  }

  Row attend(const Row& query, const std::vector<Row>& keys, const std::vector<Row>& values) const {
    const auto dim = static_cast<std::size_t>(m_config.headDim);
    Row output(query.size());
    for (int head = 0; head < m_config.queryHeads; ++head) {
      const std::size_t q = static_cast<std::size_t>(head) * dim;
      const std::size_t k = static_cast<std::size_t>(head / (m_config.queryHeads / m_config.kvHeads)) * dim;
      Row weights;
      double sum = 0.0;
      for (const Row& key : keys) {
        double score = 0.0;
        for (std::size_t i = 0; i < dim; ++i) score += query[q + i] * key[k + i];
        weights.push_back(std::exp(score / std::sqrt(static_cast<double>(dim))));
        sum += weights.back();
      }
      for (std::size_t j = 0; j < keys.size(); ++j) {
        for (std::size_t i = 0; i < dim; ++i) output[q + i] += weights[j] / sum * values[j][k + i];
      }
    }
    return output;
  }

  void runLayer(const std::string& prefix, std::vector<Row>& hidden) const {
    std::vector<Row> keys;
    std::vector<Row> values;
    for (std::size_t position = 0; position < hidden.size(); ++position) {
      Row& row = hidden[position];
      const Row input = normed(row, prefix + "attn_norm.weight");
      keys.push_back(
          rotated(product(prefix + "attn_k.weight", input), prefix + "attn_k_norm.weight", position));
      values.push_back(product(prefix + "attn_v.weight", input));
      const Row query =
          rotated(product(prefix + "attn_q.weight", input), prefix + "attn_q_norm.weight", position);
      add(row, product(prefix + "attn_output.weight", attend(query, keys, values)));
      add(row, feedForward(prefix, normed(row, prefix + "ffn_norm.weight")));
    }
  }

  Row feedForward(const std::string& prefix, const Row& input) const {
    Row gate = product(prefix + "ffn_gate.weight", input);
    const Row up = product(prefix + "ffn_up.weight", input);
    for (std::size_t i = 0; i < gate.size(); ++i) gate[i] = gate[i] / (1.0 + std::exp(-gate[i])) * up[i];
    return product(prefix + "ffn_down.weight", gate);
  }

  static void add(Row& row, const Row& more) {
    for (std::size_t i = 0; i < row.size(); ++i) row[i] += more[i];
  }

  const GgufFile& m_file;
  ModelConfig m_config;
  mutable std::map<std::string, Row> m_tensors;
};

/// |actual − expected| / |expected| over all elements.
template <typename Actual, typename Expected>
double relativeError(const std::vector<Actual>& actual, const std::vector<Expected>& expected) {
  double difference = 0.0;
  double length = 0.0;
  for (std::size_t row = 0; row < expected.size(); ++row) {
    for (std::size_t i = 0; i < expected[row].size(); ++i) {
      difference += std::pow(actual[row][i] - expected[row][i], 2);
      length += std::pow(expected[row][i], 2);
    }
  }
  return std::sqrt(difference / length);
}

}  // namespace zipage::test
