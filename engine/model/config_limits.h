// Bounds on what a model file may claim, far above any model there is: they keep all later sizes inside 63
// bits.
#pragma once

#include <cstdint>

namespace zipage {

inline constexpr std::int64_t kMaxLayers = 1024;
inline constexpr std::int64_t kMaxModelDim = 1 << 17;
inline constexpr std::int64_t kMaxFeedForwardDim = 1 << 20;
inline constexpr std::int64_t kMaxHeads = 4096;
inline constexpr std::int64_t kMaxHeadDim = 1024;
inline constexpr std::int64_t kMaxExperts = 4096;
inline constexpr std::int64_t kMaxVocabulary = 1 << 24;

}  // namespace zipage
