#include "app/common/request_settings.h"

#include <cmath>
#include <utility>

namespace zipage {

namespace {

Result<void> checkRange(const char* name, float value, float smallest, float largest) {
  if (std::isfinite(value) && value >= smallest && value <= largest) return {};
  const auto text = [](float number) {
    std::string digits = std::to_string(number);
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.pop_back();
    return digits;
  };
  return failure(ErrorCode::InvalidArgument, std::string(name) + " must be between " + text(smallest) +
                                                 " and " + text(largest) + ", not " + text(value));
}

Result<CompressionSettings> makeCompression(const RequestSettings& settings, const EngineLimits& limits) {
  auto compression = compressionPreset(settings.preset);
  if (!compression) return compression;
  if (settings.budgetTokens) compression->budgetTokens = *settings.budgetTokens;
  if (settings.periodTokens) compression->periodTokens = *settings.periodTokens;
  compression->wholePrompt = settings.wholePrompt;
  if (settings.policy == MemoryPolicy::Full) return compression;

  if (auto valid = validate(*compression, limits.pageTokens, limits.windowTokens); !valid) {
    return tl::unexpected(valid.error());
  }
  const std::int64_t poolTokens = static_cast<std::int64_t>(limits.numPages) * limits.pageTokens;
  if (compression->capacityTokens() > poolTokens) {
    return failure(ErrorCode::PoolTooSmall, "budget and period need " +
                                                std::to_string(compression->capacityTokens()) +
                                                " tokens, the pool has " + std::to_string(poolTokens));
  }
  return compression;
}

}  // namespace

Result<MemoryPolicy> policyFromName(std::string_view name) {
  if (name == "full") return MemoryPolicy::Full;
  if (name == "budget") return MemoryPolicy::Budget;
  if (name == "auto") return MemoryPolicy::Auto;
  if (name == "grow") return MemoryPolicy::Grow;
  return failure(ErrorCode::InvalidArgument, "unknown policy \"" + std::string(name) +
                                                 "\"; there are \"full\", \"budget\", \"auto\" and \"grow\"");
}

std::string_view nameOf(MemoryPolicy policy) {
  switch (policy) {
    case MemoryPolicy::Full:
      return "full";
    case MemoryPolicy::Budget:
      return "budget";
    case MemoryPolicy::Auto:
      return "auto";
    case MemoryPolicy::Grow:
      return "grow";
  }
  return {};
}

Result<SamplingParams> makeSampling(const RequestSettings& settings, const SamplingDefaults& defaults) {
  SamplingParams sampling;
  const auto choose = [](auto& target, const auto& chosen, const auto& ofModel) {
    if (ofModel) target = *ofModel;
    if (chosen) target = *chosen;
  };
  choose(sampling.temperature, settings.temperature, defaults.temperature);
  choose(sampling.topP, settings.topP, defaults.topP);
  choose(sampling.minP, settings.minP, defaults.minP);
  choose(sampling.topK, settings.topK, defaults.topK);
  choose(sampling.repetitionPenalty, settings.repetitionPenalty, defaults.repetitionPenalty);
  sampling.seed = settings.seed;

  for (auto check :
       {checkRange("temperature", sampling.temperature, 0.0F, 100.0F),
        checkRange("top-p", sampling.topP, 0.0F, 1.0F), checkRange("min-p", sampling.minP, 0.0F, 1.0F),
        checkRange("repetition-penalty", sampling.repetitionPenalty, 0.01F, 100.0F)}) {
    if (!check) return tl::unexpected(check.error());
  }
  if (sampling.topK < 0) return failure(ErrorCode::InvalidArgument, "top-k must not be negative");
  return sampling;
}

ReasoningRules reasoningRules(const ModelBundle& model, int budgetTokens, bool startsInside) {
  ReasoningRules rules;
  if (model.reasoningMarks.close.empty()) return rules;
  rules.tokenizer = model.tokenizer;
  rules.marks = model.reasoningMarks;
  rules.startsInside = startsInside;
  rules.budgetTokens = budgetTokens;
  rules.ending = model.tokenizer->encodeContinuation("\n" + model.reasoningMarks.close + "\n\n", true);
  return rules;
}

Result<Request> makeRequest(const RequestSettings& settings, const ModelBundle& model,
                            const EngineLimits& limits, std::vector<TokenId> prompt,
                            bool startsInsideReasoning) {
  if (prompt.empty()) return failure(ErrorCode::InvalidArgument, "the prompt is empty");
  if (settings.maxNewTokens < 1) {
    return failure(ErrorCode::InvalidArgument,
                   "max-tokens must be at least 1, not " + std::to_string(settings.maxNewTokens));
  }
  auto sampling = makeSampling(settings, model.samplingDefaults);
  if (!sampling) return tl::unexpected(sampling.error());
  auto compression = makeCompression(settings, limits);
  if (!compression) return tl::unexpected(compression.error());

  Request request;
  request.prompt = std::move(prompt);
  request.maxNewTokens = settings.maxNewTokens;
  request.endTokens = model.tokenizer->endTokens();
  request.ignoreEnd = settings.ignoreEnd;
  request.sampling = *sampling;
  request.policy = settings.policy;
  request.compression = *compression;
  request.reasoning = reasoningRules(model, settings.reasoningBudgetTokens, startsInsideReasoning);
  return request;
}

}  // namespace zipage
