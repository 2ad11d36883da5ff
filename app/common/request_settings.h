// The settings a person chooses for a reply, and the engine request they amount to. Shared by window and
// command line, so that both mean the same thing by the same setting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/runtime/engine.h"
#include "engine/schedule/request.h"
#include "engine/text/model_bundle.h"

namespace zipage {

/// What is not set comes from the preset, then from the model's own file, then from SamplingParams.
struct RequestSettings {
  MemoryPolicy policy = MemoryPolicy::Auto;
  std::string preset = "zipage-plus";  // see compressionPreset()
  std::optional<int> budgetTokens;
  std::optional<int> periodTokens;
  bool wholePrompt = false;  // see CompressionSettings
  int maxNewTokens = 4096;
  std::optional<float> temperature;
  std::optional<float> topP;
  std::optional<float> minP;
  std::optional<int> topK;
  std::optional<float> repetitionPenalty;
  std::uint64_t seed = 0;
  bool ignoreEnd = false;
  int reasoningBudgetTokens = 0;  // 0: the model thinks as long as it likes
};

/// "full", "budget", "auto" or "grow".
Result<MemoryPolicy> policyFromName(std::string_view name);
std::string_view nameOf(MemoryPolicy policy);

/// The sampling this model gets under these settings, or which value is out of range.
Result<SamplingParams> makeSampling(const RequestSettings& settings, const SamplingDefaults& defaults);

/// How this model's reasoning is ended. `startsInside`: the prompt already opens it.
ReasoningRules reasoningRules(const ModelBundle& model, int budgetTokens, bool startsInside);

/// A request for this model and pool, or which setting cannot work: an unknown preset, a budget that the page
/// size, the window or the pool does not allow, a sampling value out of range.
Result<Request> makeRequest(const RequestSettings& settings, const ModelBundle& model,
                            const EngineLimits& limits, std::vector<TokenId> prompt,
                            bool startsInsideReasoning = false);

}  // namespace zipage
