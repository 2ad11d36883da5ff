// The name of a full page by its text: a hash of the page before it and of its own tokens, 128 bits.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace zipage {

struct PrefixKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  auto operator<=>(const PrefixKey&) const = default;
};

struct PrefixKeyHash {
  std::size_t operator()(const PrefixKey& key) const noexcept { return static_cast<std::size_t>(key.low); }
};

}  // namespace zipage
