// Identities that must not be mixed up. Values are never reused within a process.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace zipage {

template <typename Tag>
struct StrongId {
  std::uint64_t value = 0;  // 0: none

  constexpr explicit operator bool() const { return value != 0; }
  constexpr auto operator<=>(const StrongId&) const = default;
};

/// One request to the engine, from submit to its last event.
using RequestId = StrongId<struct RequestTag>;
/// Who a request works for, as the program sees it: colours in the views. 0: nobody in particular.
using OwnerId = StrongId<struct OwnerTag>;
/// All programs that use the engine through the server; no chat ever has this number.
inline constexpr OwnerId kOtherPrograms{std::uint64_t{1} << 48};

using PageIndex = std::int32_t;
using TokenId = std::int32_t;

}  // namespace zipage

template <typename Tag>
struct std::hash<zipage::StrongId<Tag>> {
  std::size_t operator()(const zipage::StrongId<Tag>& id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value);
  }
};
