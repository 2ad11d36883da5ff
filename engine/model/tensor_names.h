// What the tensors of a model are called, by those who write files.
#pragma once

#include <string>

#include "engine/model/tensor_source.h"

namespace zipage {

/// Parts of a model that are there once.
enum class ModelPart { Embedding, OutputNorm, Output };
/// Parts of each layer. The last two are several matrices in one, one below the other: queries, keys and
/// values; gate and up.
enum class LayerPart {
  AttentionNorm,
  Query,
  Key,
  Value,
  QueryNorm,
  KeyNorm,
  AttentionOutput,
  FeedForwardNorm,
  Gate,
  Up,
  Down,
  QueryKeyValue,
  GateUp,
  Router,
  ExpertGates,  // GGUF: all experts in one tensor
  ExpertUps,
  ExpertDowns
};

/// "token_embd", "model.embed_tokens"; without ".weight" or ".bias".
std::string tensorName(TensorNaming naming, ModelPart part);
std::string tensorName(TensorNaming naming, LayerPart part, int layer);
/// Of one expert, as folders name it.
std::string expertName(LayerPart part, int layer, int expert);

}  // namespace zipage
