// The shape of a model, whatever file it came from.
#pragma once

#include <cstdint>
#include <string>

namespace zipage {

struct ModelConfig {
  std::string architecture;  // "qwen3"
  std::string name;          // what the file calls itself; may be empty
  int numLayers = 0;
  int modelDim = 0;
  int feedForwardDim = 0;
  int queryHeads = 0;
  int kvHeads = 0;
  int headDim = 0;
  int vocabularySize = 0;
  int contextLength = 0;     // tokens the model was made for; 0: not said
  float normEpsilon = 1e-6F;
  float ropeBase = 10000.0F;
  bool queryKeyNorm = false;
  bool tiedOutput = false;

  int queryDim() const { return queryHeads * headDim; }
  int kvDim() const { return kvHeads * headDim; }
};

}  // namespace zipage
