// A small random model of the qwen3 architecture as a GGUF file, with shapes that fit no vector register
// evenly.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "engine/model/model_config.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/weight_bytes.h"

namespace zipage::test {

struct TinyQwen {
  std::uint32_t layers = 2;
  std::uint32_t model = 64;
  std::uint32_t feedForward = 100;
  std::uint32_t queryHeads = 4;
  std::uint32_t kvHeads = 2;
  std::uint32_t head = 18;
  std::uint32_t vocabulary = 37;
  bool tied = false;
  DataType type = DataType::F32;
  unsigned seed = 1;
};

/// The keys and tensors of the model; a test may add to them or spoil them.
inline GgufWriter tinyQwenFile(const TinyQwen& shape) {
  GgufWriter writer;
  writer.string("general.architecture", "qwen3").string("general.name", "Tiny");
  writer.uint32("qwen3.block_count", shape.layers).uint32("qwen3.embedding_length", shape.model);
  writer.uint32("qwen3.feed_forward_length", shape.feedForward)
      .uint32("qwen3.attention.head_count", shape.queryHeads);
  writer.uint32("qwen3.attention.head_count_kv", shape.kvHeads)
      .uint32("qwen3.attention.key_length", shape.head);
  writer.uint32("qwen3.attention.value_length", shape.head).uint32("qwen3.context_length", 4096);
  writer.float32("qwen3.attention.layer_norm_rms_epsilon", 1e-6F).float32("qwen3.rope.freq_base", 1000000.0F);

  std::mt19937 random(shape.seed);
  std::normal_distribution<float> normal;
  const auto matrix = [&](const std::string& name, std::uint64_t rows, std::uint64_t columns) {
    std::vector<float> values(rows * columns);
    for (float& value : values) value = normal(random) / std::sqrt(static_cast<float>(columns));
    writer.tensor(name, {columns, rows}, ggmlTypeOf(shape.type), weightBytes(shape.type, values));
  };
  const auto gain = [&](const std::string& name, std::uint64_t columns) {
    std::vector<float> values(columns);
    for (float& value : values) value = 1.0F + 0.3F * normal(random);
    writer.tensor(name, {columns}, 0, weightBytes(DataType::F32, values));
  };
  const std::uint64_t queryDim = std::uint64_t{shape.queryHeads} * shape.head;
  const std::uint64_t kvDim = std::uint64_t{shape.kvHeads} * shape.head;
  matrix("token_embd.weight", shape.vocabulary, shape.model);
  for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
    const std::string prefix = "blk." + std::to_string(layer) + ".";
    gain(prefix + "attn_norm.weight", shape.model);
    matrix(prefix + "attn_q.weight", queryDim, shape.model);
    matrix(prefix + "attn_k.weight", kvDim, shape.model);
    matrix(prefix + "attn_v.weight", kvDim, shape.model);
    gain(prefix + "attn_q_norm.weight", shape.head);
    gain(prefix + "attn_k_norm.weight", shape.head);
    matrix(prefix + "attn_output.weight", shape.model, queryDim);
    gain(prefix + "ffn_norm.weight", shape.model);
    matrix(prefix + "ffn_gate.weight", shape.feedForward, shape.model);
    matrix(prefix + "ffn_up.weight", shape.feedForward, shape.model);
    matrix(prefix + "ffn_down.weight", shape.model, shape.feedForward);
  }
  gain("output_norm.weight", shape.model);
  if (!shape.tied) matrix("output.weight", shape.vocabulary, shape.model);
  return writer;
}

}  // namespace zipage::test
