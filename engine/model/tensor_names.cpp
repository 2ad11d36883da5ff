#include "engine/model/tensor_names.h"

#include <array>

namespace zipage {

namespace {

struct Names {
  const char* gguf;
  const char* huggingFace;
};

constexpr std::array<Names, 3> kModelNames = {{
    {"token_embd", "model.embed_tokens"},
    {"output_norm", "model.norm"},
    {"output", "lm_head"},
}};

constexpr std::array<Names, 17> kLayerNames = {{
    {"attn_norm", "input_layernorm"},
    {"attn_q", "self_attn.q_proj"},
    {"attn_k", "self_attn.k_proj"},
    {"attn_v", "self_attn.v_proj"},
    {"attn_q_norm", "self_attn.q_norm"},
    {"attn_k_norm", "self_attn.k_norm"},
    {"attn_output", "self_attn.o_proj"},
    {"ffn_norm", "post_attention_layernorm"},
    {"ffn_gate", "mlp.gate_proj"},
    {"ffn_up", "mlp.up_proj"},
    {"ffn_down", "mlp.down_proj"},
    {"attn_qkv", "self_attn.qkv_proj"},
    {"ffn_up", "mlp.gate_up_proj"},
    {"ffn_gate_inp", "mlp.gate"},
    {"ffn_gate_exps", "gate_proj"},
    {"ffn_up_exps", "up_proj"},
    {"ffn_down_exps", "down_proj"},
}};

}  // namespace

std::string tensorName(TensorNaming naming, ModelPart part) {
  const Names& names = kModelNames[static_cast<std::size_t>(part)];
  return naming == TensorNaming::Gguf ? names.gguf : names.huggingFace;
}

std::string tensorName(TensorNaming naming, LayerPart part, int layer) {
  const Names& names = kLayerNames[static_cast<std::size_t>(part)];
  return naming == TensorNaming::Gguf ? "blk." + std::to_string(layer) + "." + names.gguf
                                      : "model.layers." + std::to_string(layer) + "." + names.huggingFace;
}

std::string expertName(LayerPart part, int layer, int expert) {
  return "model.layers." + std::to_string(layer) + ".mlp.experts." + std::to_string(expert) + "." +
         kLayerNames[static_cast<std::size_t>(part)].huggingFace;
}

}  // namespace zipage
