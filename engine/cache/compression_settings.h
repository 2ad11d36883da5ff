// The parameters of Compressed PagedAttention (ALGORITHM in ARCHITECTURE.md), as a request may set them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace zipage {

/// How entries are chosen. Recent and Random exist for comparison only.
enum class SelectionRule : std::uint8_t { Scored, Recent, Random };

struct CompressionSettings {
  int budgetTokens = 2048;  // entries kept per layer and KV head; a multiple of the page
  int periodTokens = 256;   // tokens between compressions; a multiple of the page
  SelectionRule rule = SelectionRule::Scored;
  float decay = 0.0F;             // of the running score; 0: no running score
  float redundancyWeight = 0.2F;  // lambda: score = lambda * F - (1 - lambda) * R
  float redundancyTemperature = 0.2F;
  float repeatWeight = 0.3F;  // of the best match among newer entries, beside the mean of all
  float similarityThreshold = 0.5F;
  int segmentTokens = 512;       // redundancy is compared inside segments; 0: everywhere
  bool evenSegments = true;      // of equal length, at most segmentTokens, instead of a shorter last one
  int poolKernel = 1;            // max-pool width at a first compression; 1: none
  int sinkTokens = 0;            // first entries always kept
  int recentTokens = 64;         // newest entries always kept, up to a quarter of the budget
  bool positionFreeKeys = true;  // compare keys with their rotation undone
  bool protectPrompt = false;
  bool wholePrompt = false;  // a prompt beyond the capacity is read whole before the first compression, where
                             // the pool can hold it; else capacity by capacity

  int capacityTokens() const { return budgetTokens + periodTokens; }
  /// Newest entries that stay whatever their score; the query window's own tokens always do.
  int recentKept(int windowTokens) const {
    return std::max(windowTokens, std::min(recentTokens, budgetTokens / 4));
  }
};

/// "zipage-plus" (the default), "zipage" (the published values), "attention", "window", "random".
Result<CompressionSettings> compressionPreset(std::string_view name);

/// An error that names the first setting that cannot work with this page size and window.
Result<void> validate(const CompressionSettings& settings, int pageTokens, int windowTokens);

}  // namespace zipage
