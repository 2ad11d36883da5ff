// Quantised types element by element, from the description of each format and without the kernels' code; and
// blocks of random bits. A value is computed in float64, where it is exact: halves are multiples of 2^-24
// below 2^16, and what they are multiplied with has at most 14 bits. So its float is the format's own, which
// rounds once.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "kernels/tensor.h"

namespace zipage::test {

inline constexpr DataType kBlockTypes[] = {DataType::Q8_0, DataType::Q4_0, DataType::Q4_1,   DataType::Q5_0,
                                           DataType::Q5_1, DataType::Q2_K, DataType::Q3_K,   DataType::Q4_K,
                                           DataType::Q5_K, DataType::Q6_K, DataType::IQ4_NL, DataType::IQ4_XS,
                                           DataType::MXFP4};

/// One block as bytes that answer questions.
class BlockBytes {
 public:
  explicit BlockBytes(const void* block) : m_bytes(static_cast<const unsigned char*>(block)) {}

  int byte(std::size_t at) const { return m_bytes[at]; }
  int signedByte(std::size_t at) const { return byte(at) < 128 ? byte(at) : byte(at) - 256; }
  /// `count` bits from bit `first` of the byte at `at`.
  int bits(std::size_t at, std::size_t first, int count) const {
    return byte(at) / (1 << first) % (1 << count);
  }
  int bit(std::size_t at, std::size_t index) const { return bits(at + index / 8, index % 8, 1); }
  double half(std::size_t at) const {
    const int exponent = bits(at + 1, 2, 5);
    const int fraction = byte(at) + 256 * bits(at + 1, 0, 2);
    const double size = exponent == 0    ? std::ldexp(fraction, -24)
                        : exponent == 31 ? HUGE_VAL
                                         : std::ldexp(1024 + fraction, exponent - 25);
    return bits(at + 1, 7, 1) != 0 ? -size : size;
  }
  /// Number i of 32 in 16 bytes: low halves first.
  int nibble(std::size_t at, std::size_t i) const { return bits(at + i % 16, i / 16 * 4, 4); }

 private:
  const unsigned char* m_bytes;
};

inline int unevenValue(int number) {
  constexpr int kPositive[] = {1, 13, 25, 38, 53, 69, 89, 113};
  constexpr int kNegative[] = {-127, -104, -83, -65, -49, -35, -22, -10};
  return number < 8 ? kNegative[number] : kPositive[number - 8];
}

/// A float of four bits: sign, two of exponent with bias 1, one of fraction.
inline double tinyFloat(int number) {
  const int exponent = number / 2 % 4;
  const int fraction = number % 2;
  const double size = exponent == 0 ? 0.5 * fraction : std::ldexp(2 + fraction, exponent - 2);
  // The format's table has one zero, without a sign.
  return number >= 8 && size > 0 ? -size : size;
}

/// Scale and minimum of group g of Q4_K and Q5_K, whose twelve bytes begin at byte 4.
inline double scaleOfGroup(const BlockBytes& block, std::size_t g) {
  return g < 4 ? block.bits(4 + g, 0, 6) : block.bits(12 + g - 4, 0, 4) + 16 * block.bits(g, 6, 2);
}
inline double minimumOfGroup(const BlockBytes& block, std::size_t g) {
  return g < 4 ? block.bits(8 + g, 0, 6) : block.bits(12 + g - 4, 4, 4) + 16 * block.bits(4 + g, 6, 2);
}

inline double largeBlockElement(DataType type, const BlockBytes& block, std::size_t i) {
  const std::size_t of16 = i / 16;
  const std::size_t of32 = i / 32;
  const std::size_t half = i / 128;
  const std::size_t quarter = i % 128 / 32;
  switch (type) {
    case DataType::Q2_K: {
      const int number = block.bits(16 + half * 32 + i % 32, quarter * 2, 2);
      return block.half(80) * block.bits(of16, 0, 4) * number - block.half(82) * block.bits(of16, 4, 4);
    }
    case DataType::Q3_K: {
      const int number = block.bits(32 + half * 32 + i % 32, quarter * 2, 2);
      const int third = block.bits(i % 32, of32, 1);
      const int low = block.bits(96 + of16 % 8, of16 / 8 * 4, 4);
      const int high = block.bits(104 + of16 % 4, of16 / 4 * 2, 2);
      return block.half(108) * (low + 16 * high - 32) * (number - (third == 1 ? 0 : 4));
    }
    case DataType::Q4_K:
      return block.half(0) * scaleOfGroup(block, of32) *
                 block.bits(16 + i / 64 * 32 + i % 32, of32 % 2 * 4, 4) -
             block.half(2) * minimumOfGroup(block, of32);
    case DataType::Q5_K: {
      const int number =
          block.bits(48 + i / 64 * 32 + i % 32, of32 % 2 * 4, 4) + 16 * block.bits(16 + i % 32, of32, 1);
      return block.half(0) * scaleOfGroup(block, of32) * number - block.half(2) * minimumOfGroup(block, of32);
    }
    case DataType::Q6_K: {
      const int low = block.bits(half * 64 + i % 64, i % 128 / 64 * 4, 4);
      const int high = block.bits(128 + half * 32 + i % 32, quarter * 2, 2);
      return block.half(208) * block.signedByte(192 + of16) * (low + 16 * high - 32);
    }
    default: {  // IQ4_XS
      const int low = block.bits(4 + of32 / 2, of32 % 2 * 4, 4);
      const int high = block.bits(2 + of32 / 4, of32 % 4 * 2, 2);
      return block.half(0) * (low + 16 * high - 32) * unevenValue(block.nibble(8 + of32 * 16, i % 32));
    }
  }
}

/// Element i of a block of a quantised type, exactly.
inline double blockElement(DataType type, const void* bytes, std::size_t i) {
  const BlockBytes block(bytes);
  switch (type) {
    case DataType::Q8_0:
      return block.half(0) * block.signedByte(2 + i);
    case DataType::Q4_0:
      return block.half(0) * (block.nibble(2, i) - 8);
    case DataType::Q4_1:
      return block.half(0) * block.nibble(4, i) + block.half(2);
    case DataType::Q5_0:
      return block.half(0) * (block.nibble(6, i) + 16 * block.bit(2, i) - 16);
    case DataType::Q5_1:
      return block.half(0) * (block.nibble(8, i) + 16 * block.bit(4, i)) + block.half(2);
    case DataType::IQ4_NL:
      return block.half(0) * unevenValue(block.nibble(2, i));
    case DataType::MXFP4:
      return std::ldexp(tinyFloat(block.nibble(1, i)), block.byte(0) - 127);
    default:
      return largeBlockElement(type, block, i);
  }
}

/// Where the halves of a block are, in bytes.
inline std::vector<std::size_t> halvesOf(DataType type) {
  switch (type) {
    case DataType::Q4_1:
    case DataType::Q5_1:
    case DataType::Q4_K:
    case DataType::Q5_K:
      return {0, 2};
    case DataType::Q2_K:
      return {80, 82};
    case DataType::Q3_K:
      return {108};
    case DataType::Q6_K:
      return {208};
    case DataType::MXFP4:
      return {};
    default:
      return {0};
  }
}

/// Consecutive blocks of random bits; their scales lie between 2^-9 and 2^-6, of either sign.
inline std::vector<std::byte> randomBlocks(DataType type, std::size_t numElements, std::uint32_t seed) {
  const DataTypeLayout layout = layoutOf(type);
  std::mt19937 random(seed);
  std::vector<std::byte> bytes(bytesOf(type, static_cast<std::int64_t>(numElements)));
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() & 255U);
  for (std::size_t block = 0; block < bytes.size(); block += static_cast<std::size_t>(layout.bytesPerBlock)) {
    if (type == DataType::MXFP4) bytes[block] = static_cast<std::byte>(118 + random() % 3);
    for (const std::size_t half : halvesOf(type)) {
      const unsigned exponent = 6 + random() % 3;
      bytes[block + half + 1] = static_cast<std::byte>((random() & 0x83U) | exponent << 2);
    }
  }
  return bytes;
}

}  // namespace zipage::test
