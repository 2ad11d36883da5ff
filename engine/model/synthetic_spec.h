// Models with the shapes of published ones and random weights, for tests and benchmarks where nothing can be
// downloaded: "synthetic:SHAPE[:TYPE[:SEED]]", for example synthetic:qwen3-8b:q4_k_m.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "kernels/tensor.h"

namespace zipage {

struct SyntheticShape {
  const char* name;
  const char* architecture;
  int numLayers;
  int modelDim;
  int feedForwardDim;
  int queryHeads;
  int kvHeads;
  int headDim;
  int vocabularySize;
  int contextLength;
  float ropeBase;
  bool tiedOutput;
  int numExperts = 0;  // 0: dense
  int expertsUsed = 0;
  int expertDim = 0;
};

/// How weights are stored. Q4_K_M is a mixture: Q6_K where a model feels it most, Q4_K elsewhere.
enum class SyntheticType : std::uint8_t { BF16, Q8_0, Q4_K_M };

struct SyntheticSpec {
  SyntheticShape shape;
  SyntheticType type = SyntheticType::BF16;
  std::uint64_t seed = 1;
};

bool isSyntheticName(std::string_view name);

/// InvalidArgument, with what there is, for a shape, type or seed that is not known. Without a type: bf16.
Result<SyntheticSpec> parseSyntheticName(std::string_view name);

/// The type of a matrix by the role its GGUF name states, as the mixtures of llama.cpp choose it.
DataType syntheticTypeOf(const SyntheticSpec& spec, std::string_view role, int layer);

}  // namespace zipage
