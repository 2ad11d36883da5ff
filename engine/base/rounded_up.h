// Sizes rounded up, for parts of a block of memory that lie one behind the other.
#pragma once

#include <cstddef>

namespace zipage {

inline constexpr std::size_t kCacheLine = 64;  // bytes

/// The smallest multiple of `step` that is no smaller than `bytes`.
constexpr std::size_t roundedUp(std::size_t bytes, std::size_t step = kCacheLine) {
  return (bytes + step - 1) / step * step;
}

}  // namespace zipage
