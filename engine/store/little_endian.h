// Numbers as bytes, the lowest first, whatever the processor. Reading past the end gives zeros and is
// remembered.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace zipage {

class LittleEndianWriter {
 public:
  void u32(std::uint32_t value) { put(value, 4); }
  void u64(std::uint64_t value) { put(value, 8); }
  void i32(std::int32_t value) { u32(static_cast<std::uint32_t>(value)); }
  void f32(float value) { u32(std::bit_cast<std::uint32_t>(value)); }
  void f64(double value) { u64(std::bit_cast<std::uint64_t>(value)); }
  void raw(const void* bytes, std::size_t count) {
    const auto* from = static_cast<const std::byte*>(bytes);
    m_bytes.insert(m_bytes.end(), from, from + count);
  }
  const std::vector<std::byte>& bytes() const { return m_bytes; }

 private:
  void put(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) m_bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
  }
  std::vector<std::byte> m_bytes;
};

class LittleEndianReader {
 public:
  explicit LittleEndianReader(std::span<const std::byte> bytes) : m_bytes(bytes) {}

  std::uint32_t u32() { return static_cast<std::uint32_t>(take(4)); }
  std::uint64_t u64() { return take(8); }
  std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
  float f32() { return std::bit_cast<float>(u32()); }
  double f64() { return std::bit_cast<double>(u64()); }
  bool isPastEnd() const { return m_isPastEnd; }

 private:
  std::uint64_t take(std::size_t count) {
    if (m_bytes.size() < count) {
      m_isPastEnd = true;
      m_bytes = {};
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
      value |= std::uint64_t{std::to_integer<std::uint8_t>(m_bytes[i])} << (8 * i);
    m_bytes = m_bytes.subspan(count);
    return value;
  }
  std::span<const std::byte> m_bytes;
  bool m_isPastEnd = false;
};

}  // namespace zipage
