// The shape of a model, whatever file it came from.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/model/rope_scaling.h"
#include "kernels/op_arguments.h"

namespace zipage {

class GgufFile;

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
  int contextLength = 0;  // tokens the model was made for; 0: not said
  float normEpsilon = 1e-6F;
  float ropeBase = 10000.0F;
  int ropeDimensions = 0;  // of each head, the first ones
  RopeStyle ropeStyle = RopeStyle::HalfSplit;
  RopeScaling ropeScaling;
  int numExperts = 0;  // of each layer that has a router; 0: none has
  int expertsUsed = 0;
  int expertDim = 0;
  bool normalisesExperts = true;
  int plainLayerInterval = 0;  // every so many layers one does not rotate; 0: all do
  bool queryKeyNorm = false;
  bool tiedOutput = false;

  int queryDim() const { return queryHeads * headDim; }
  int kvDim() const { return kvHeads * headDim; }
};

/// The shape a file states. Every number is within bounds that keep all later sizes inside 63 bits. An
/// unknown architecture is Unsupported and names the known ones; a missing or absurd number is InvalidFile
/// and names the key.
Result<ModelConfig> readModelConfig(const GgufFile& file);

}  // namespace zipage
