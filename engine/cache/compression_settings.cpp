#include "engine/cache/compression_settings.h"

#include <cmath>

namespace zipage {

namespace {

constexpr int kMostTokens = 1 << 30;  // budget and period together stay far below the end of int

tl::unexpected<Error> invalid(std::string message) {
  return failure(ErrorCode::InvalidArgument, std::move(message));
}

Result<void> validateMultiple(const char* name, int tokens, int pageTokens) {
  if (tokens < pageTokens || tokens > kMostTokens || tokens % pageTokens != 0) {
    return invalid("the " + std::string(name) + " must be a positive multiple of the page size of " +
                   std::to_string(pageTokens) + " tokens; " + std::to_string(tokens) + " is not");
  }
  return {};
}

/// What always stays must leave at least a page to choose from.
Result<void> validateBudget(const CompressionSettings& settings, int pageTokens, int windowTokens) {
  if (settings.sinkTokens < 0 || settings.sinkTokens > kMostTokens) {
    return invalid("the number of sink tokens cannot be " + std::to_string(settings.sinkTokens));
  }
  if (settings.recentTokens < 0 || settings.recentTokens > kMostTokens) {
    return invalid("the number of recent tokens cannot be " + std::to_string(settings.recentTokens));
  }
  const int recent = settings.recentKept(windowTokens);
  const int least = recent + settings.sinkTokens + pageTokens;
  if (settings.budgetTokens >= least) return {};
  return invalid("a budget of " + std::to_string(settings.budgetTokens) +
                 " tokens is too small: the newest " + std::to_string(recent) + ", " +
                 std::to_string(settings.sinkTokens) + " sink tokens and a page of " +
                 std::to_string(pageTokens) + " need " + std::to_string(least));
}

Result<void> validateRange(const char* name, float value, float low, float high) {
  if (std::isfinite(value) && value >= low && value <= high) return {};
  return invalid("the " + std::string(name) + " must lie between " + std::to_string(low) + " and " +
                 std::to_string(high) + ", not " + std::to_string(value));
}

Result<void> validateScoring(const CompressionSettings& settings) {
  for (const auto& checked :
       {validateRange("decay of the running score", settings.decay, 0.0F, 1.0F),
        validateRange("redundancy weight", settings.redundancyWeight, 0.0F, 1.0F),
        validateRange("repeat weight", settings.repeatWeight, 0.0F, 1e3F),
        validateRange("redundancy temperature", settings.redundancyTemperature, 1e-3F, 1e3F),
        validateRange("similarity threshold", settings.similarityThreshold, -1.0F, 1.0F)}) {
    if (!checked) return checked;
  }
  if (settings.segmentTokens < 0) {
    return invalid("a segment cannot have " + std::to_string(settings.segmentTokens) + " tokens");
  }
  if (settings.poolKernel < 1 || settings.poolKernel % 2 == 0) {
    return invalid("the pooling width must be odd and positive, not " + std::to_string(settings.poolKernel));
  }
  return {};
}

CompressionSettings publishedPreset() {
  CompressionSettings settings;
  settings.decay = 0.8F;
  settings.redundancyTemperature = 0.4F;
  settings.poolKernel = 5;
  settings.positionFreeKeys = false;
  settings.recentTokens = 0;
  settings.repeatWeight = 0.0F;
  settings.segmentTokens = 256;
  settings.evenSegments = false;
  return settings;
}

CompressionSettings attentionPreset() {
  CompressionSettings settings;
  settings.redundancyWeight = 1.0F;
  settings.recentTokens = 0;
  return settings;
}

CompressionSettings rulePreset(SelectionRule rule, int sinkTokens) {
  CompressionSettings settings;
  settings.rule = rule;
  settings.recentTokens = 0;
  settings.sinkTokens = sinkTokens;
  return settings;
}

}  // namespace

Result<CompressionSettings> compressionPreset(std::string_view name) {
  constexpr int kWindowPresetSinks = 4;
  if (name == "zipage-plus") return CompressionSettings{};
  if (name == "zipage") return publishedPreset();
  if (name == "attention") return attentionPreset();
  if (name == "window") return rulePreset(SelectionRule::Recent, kWindowPresetSinks);
  if (name == "random") return rulePreset(SelectionRule::Random, 0);
  return invalid("unknown preset \"" + std::string(name) +
                 "\"; there are zipage-plus, zipage, attention, window and random");
}

Result<void> validate(const CompressionSettings& settings, int pageTokens, int windowTokens) {
  for (const auto& checked :
       {validateMultiple("budget", settings.budgetTokens, pageTokens),
        validateMultiple("period", settings.periodTokens, pageTokens),
        validateBudget(settings, pageTokens, windowTokens), validateScoring(settings)}) {
    if (!checked) return checked;
  }
  return {};
}

}  // namespace zipage
