// Reads numbers and strings from bytes that may lie about themselves: nothing is read past the end, and after
// the first failure every further read fails too. Little-endian, as the machines this program runs on.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace zipage {

static_assert(std::endian::native == std::endian::little, "numbers of files are read as they lie in memory");

class ByteCursor {
 public:
  explicit ByteCursor(std::span<const std::byte> bytes) : m_bytes(bytes) {}

  std::size_t offset() const { return m_offset; }
  std::size_t remaining() const { return m_bytes.size() - m_offset; }

  template <typename T>
  std::optional<T> read() {
    const auto bytes = take(sizeof(T));
    if (!bytes) return std::nullopt;
    T value;
    std::memcpy(&value, bytes->data(), sizeof(T));
    return value;
  }

  /// The next `count` bytes, in place.
  std::optional<std::span<const std::byte>> take(std::uint64_t count) {
    if (m_failed || count > remaining()) {
      m_failed = true;
      return std::nullopt;
    }
    const auto taken = m_bytes.subspan(m_offset, static_cast<std::size_t>(count));
    m_offset += taken.size();
    return taken;
  }

  /// A string in place: its length as 64 bits, then its bytes.
  std::optional<std::string_view> readString() {
    const auto length = read<std::uint64_t>();
    if (!length) return std::nullopt;
    const auto bytes = take(*length);
    if (!bytes) return std::nullopt;
    return std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  }

 private:
  std::span<const std::byte> m_bytes;
  std::size_t m_offset = 0;
  bool m_failed = false;
};

}  // namespace zipage
