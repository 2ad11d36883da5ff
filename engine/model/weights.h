// The tensors of a model on a device, by role. Absent ones (biases, norms a model does not have) have null
// views.
#pragma once

#include <vector>

#include "kernels/device.h"

namespace zipage {

/// The feed-forward layers of a mixture, one for each expert. `views` of each list are what ops take.
struct ExpertWeights {
  DeviceWeight router;  // [experts, model]
  std::vector<DeviceWeight> gates, ups, downs;
  std::vector<ConstTensorView> gateViews, upViews, downViews;

  bool isPresent() const { return static_cast<bool>(router.view); }
};

struct LayerWeights {
  DeviceWeight attentionNorm;    // [1, model] F32
  DeviceWeight query;            // [queryDim, model]
  DeviceWeight key;              // [kvDim, model]
  DeviceWeight value;            // [kvDim, model]
  DeviceWeight queryNorm;        // [1, headDim] F32 or absent
  DeviceWeight keyNorm;          // [1, headDim] F32 or absent
  DeviceWeight attentionOutput;  // [model, queryDim]
  DeviceWeight feedForwardNorm;  // [1, model] F32
  DeviceWeight gate;             // [feedForward, model]
  DeviceWeight up;               // [feedForward, model]
  DeviceWeight down;             // [model, feedForward]
  ExpertWeights experts;         // in place of the three

  // Each [1, rows of its matrix] F32 or absent.
  DeviceWeight queryBias, keyBias, valueBias, attentionOutputBias, gateBias, upBias, downBias;
};

struct ModelWeights {
  DeviceWeight embedding;  // [vocabulary, model]
  std::vector<LayerWeights> layers;
  DeviceWeight outputNorm;  // [1, model] F32
  DeviceWeight output;      // [vocabulary, model]; absent when tied to the embedding

  std::vector<std::vector<float>> converted;  // what the views of gains and biases may point to
};

}  // namespace zipage
