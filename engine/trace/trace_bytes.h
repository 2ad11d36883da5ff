// The numbers of a trace file. Whole numbers take 7 bits a byte, the lowest first, a set high bit meaning
// that more follow; signed ones go 0, −1, 1, −2, … first.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/clock.h"

namespace zipage {

/// How traces write times.
inline std::int64_t inMicroseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

class TraceBytes {
 public:
  void byte(std::uint8_t value) { m_bytes.push_back(static_cast<char>(value)); }
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  void signedNumber(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void real(float value) { raw(&value, sizeof(value)); }
  void fixed32(std::uint32_t value) { raw(&value, sizeof(value)); }
  void text(std::string_view value) {
    number(value.size());
    m_bytes += value;
  }
  void raw(const void* bytes, std::size_t count) { m_bytes.append(static_cast<const char*>(bytes), count); }
  std::string_view bytes() const { return m_bytes; }
  std::string take() { return std::move(m_bytes); }

 private:
  static_assert(std::endian::native == std::endian::little, "numbers of traces are little-endian");
  std::string m_bytes;
};

/// Reads what TraceBytes wrote, from bytes that may lie: after the first failure everything is 0.
class TraceCursor {
 public:
  explicit TraceCursor(std::string_view bytes) : m_bytes(bytes) {}

  bool isGood() const { return !m_failed; }
  bool isAtEnd() const { return m_at == m_bytes.size(); }
  std::size_t remaining() const { return m_bytes.size() - m_at; }
  void fail() { m_failed = true; }

  std::uint8_t byte() {
    if (m_failed || m_at >= m_bytes.size()) return failed();
    return static_cast<std::uint8_t>(m_bytes[m_at++]);
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
      if (next < 0x80) return value;
    }
    return failed();
  }
  std::int64_t signedNumber() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  /// A number that must not exceed `most`.
  std::uint64_t numberUpTo(std::uint64_t most) {
    const std::uint64_t value = number();
    return value <= most ? value : failed();
  }
  int countUpTo(int most) { return static_cast<int>(numberUpTo(static_cast<std::uint64_t>(most))); }
  float real() { return fixed<float>(); }
  std::uint32_t fixed32() { return fixed<std::uint32_t>(); }
  std::string_view text() { return raw(number()); }
  std::string_view raw(std::uint64_t count) {
    if (m_failed || count > remaining()) {
      failed();
      return {};
    }
    const std::string_view taken = m_bytes.substr(m_at, static_cast<std::size_t>(count));
    m_at += taken.size();
    return taken;
  }

 private:
  std::uint8_t failed() {
    m_failed = true;
    return 0;
  }
  template <typename Value>
  Value fixed() {
    Value value{};
    const std::string_view bytes = raw(sizeof(Value));
    if (!m_failed) std::memcpy(&value, bytes.data(), sizeof(Value));
    return value;
  }

  std::string_view m_bytes;
  std::size_t m_at = 0;
  bool m_failed = false;
};

}  // namespace zipage
