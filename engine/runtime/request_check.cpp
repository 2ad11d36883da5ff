#include "engine/runtime/request_check.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/cache/kv_layout.h"

namespace zipage {

namespace {

std::string text(std::int64_t number) { return std::to_string(number); }

tl::unexpected<Error> invalid(std::string message) {
  return failure(ErrorCode::InvalidArgument, std::move(message));
}

Result<void> checkTokens(const Request& request, const EngineLimits& limits) {
  if (request.prompt.empty()) return invalid("the prompt is empty");
  if (request.maxNewTokens < 1)
    return invalid("at least one new token must be allowed, not " + text(request.maxNewTokens));
  for (const TokenId token : request.prompt) {
    const bool isKnown = token >= 0 && (limits.vocabularySize == 0 || token < limits.vocabularySize);
    if (!isKnown) return invalid("the model does not know the token " + text(token) + " of the prompt");
  }
  return {};
}

Result<void> checkSampling(const SamplingParams& sampling) {
  if (!std::isfinite(sampling.temperature) || sampling.temperature < 0.0F) {
    return invalid("the temperature must be a number that is not negative");
  }
  if (!std::isfinite(sampling.repetitionPenalty) || sampling.repetitionPenalty <= 0.0F) {
    return invalid("the repetition penalty must be a positive number");
  }
  if (std::isnan(sampling.topP) || std::isnan(sampling.minP))
    return invalid("top-p and min-p must be numbers");
  if (sampling.topK < 0) return invalid("top-k must not be negative");
  return {};
}

Result<void> checkLogProbs(const Request& request) {
  if (request.numTopLogProbs <= kMostRankedTokens) return {};
  return invalid("the likeliest " + text(kMostRankedTokens) + " tokens can be told, not " +
                 text(request.numTopLogProbs));
}

Result<void> checkPool(std::int64_t tokens, const std::string& what, const EngineLimits& limits) {
  if (pagesFor(tokens, limits.pageTokens) <= limits.numPages) return {};
  const std::int64_t poolTokens = static_cast<std::int64_t>(limits.numPages) * limits.pageTokens;
  return failure(ErrorCode::PoolTooSmall,
                 what + " " + text(tokens) + " tokens; the pool has room for " + text(poolTokens));
}

Result<void> checkCompression(const Request& request, const EngineLimits& limits) {
  const CompressionSettings& settings = request.compression;
  if (limits.maxCompressedEntries > 0 && settings.capacityTokens() > limits.maxCompressedEntries) {
    return failure(ErrorCode::PoolTooSmall, "budget and period add up to " + text(settings.capacityTokens()) +
                                                " tokens; a compression has room for " +
                                                text(limits.maxCompressedEntries));
  }
  const auto promptTokens = static_cast<std::int64_t>(request.prompt.size());
  const int recent = settings.recentKept(limits.windowTokens);
  const std::int64_t least = promptTokens + recent + limits.pageTokens;
  if (settings.protectPrompt && least > settings.budgetTokens) {
    return invalid("a budget of " + text(settings.budgetTokens) + " tokens cannot keep the whole prompt of " +
                   text(promptTokens) + ", the newest " + text(recent) + " and a page of " +
                   text(limits.pageTokens));
  }
  return {};
}

Result<void> checkBudget(const Request& request, const EngineLimits& limits) {
  if (auto valid = validate(request.compression, limits.pageTokens, limits.windowTokens); !valid)
    return valid;
  if (limits.numQuerySlots < 1)
    return failure(ErrorCode::PoolTooSmall, "the pool has no room for a query window");
  const std::int64_t capacity = request.compression.capacityTokens();
  const std::int64_t longest = static_cast<std::int64_t>(request.prompt.size()) + request.maxNewTokens;
  if (auto fits = checkPool(std::min(capacity, longest), "the request needs", limits); !fits) return fits;
  // `auto` may be compressed whenever it is over its budget.
  const bool isAuto = request.policy == MemoryPolicy::Auto;
  const bool isCompressed = longest > (isAuto ? request.compression.budgetTokens : capacity);
  return isCompressed ? checkCompression(request, limits) : Result<void>{};
}

Result<void> checkContext(const Request& request, const EngineLimits& limits) {
  const auto promptTokens = static_cast<std::int64_t>(request.prompt.size());
  if (limits.contextLength == 0 || request.ignoreEnd || promptTokens < limits.contextLength) return {};
  return invalid("the prompt has " + text(promptTokens) + " tokens; the model reads " +
                 text(limits.contextLength) + " at most, its reply included");
}

}  // namespace

Result<void> checkPins(const Request& request, std::span<const std::int32_t> tokens,
                       const EngineLimits& limits) {
  if (!tokens.empty() && tokens.front() < 0) return invalid("there is no token " + text(tokens.front()));
  const CompressionSettings& settings = request.compression;
  const auto prompt = settings.protectPrompt ? static_cast<std::int64_t>(request.prompt.size()) : 0;
  const std::int64_t least = std::max<std::int64_t>(settings.sinkTokens, prompt) +
                             settings.recentKept(limits.windowTokens) + limits.pageTokens +
                             static_cast<std::int64_t>(tokens.size());
  if (request.policy == MemoryPolicy::Full || least <= settings.budgetTokens) return {};
  return invalid("a budget of " + text(settings.budgetTokens) + " tokens cannot keep " +
                 text(static_cast<std::int64_t>(tokens.size())) + " pinned ones: with them it needs " +
                 text(least));
}

Result<void> checkRequest(const Request& request, const EngineLimits& limits) {
  if (auto checked = checkTokens(request, limits); !checked) return checked;
  if (auto checked = checkSampling(request.sampling); !checked) return checked;
  if (auto checked = checkLogProbs(request); !checked) return checked;
  const auto promptTokens = static_cast<std::int64_t>(request.prompt.size());
  const auto fits = request.policy == MemoryPolicy::Full ? checkPool(promptTokens, "the prompt has", limits)
                                                         : checkBudget(request, limits);
  return fits ? checkContext(request, limits) : fits;
}

}  // namespace zipage
