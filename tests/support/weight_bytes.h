// Numbers as weights store them, and back: plain loops that share nothing with the kernels.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "kernels/tensor.h"

namespace zipage::test {

inline std::uint16_t bf16Of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}
inline float floatOfBf16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

inline float floatOfF16(std::uint16_t bits) {
  const float sign = bits >> 15 ? -1.0F : 1.0F;
  const int exponent = bits >> 10 & 31;
  const auto mantissa = static_cast<float>(bits & 1023);
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  return exponent == 31 ? sign * INFINITY : sign * std::ldexp(1024.0F + mantissa, exponent - 25);
}
/// The nearest half-precision number, for values within its normal range; smaller ones become 0.
inline std::uint16_t f16Of(float value) {
  int exponent = 0;
  const float fraction = std::frexp(std::abs(value), &exponent);  // [0.5, 1)
  if (value == 0.0F || exponent < -13) return 0;
  auto mantissa = static_cast<std::uint32_t>(std::nearbyint(fraction * 2048.0F));  // [1024, 2048]
  const std::uint32_t magnitude = (static_cast<std::uint32_t>(exponent + 14) << 10) + (mantissa - 1024);
  return static_cast<std::uint16_t>(magnitude | (value < 0 ? 0x8000U : 0U));
}

template <typename T>
void appendBytes(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

/// Q8_0: a half-precision scale and 32 signed bytes per block. REQUIRES: a multiple of 32 values.
inline std::string q8BytesOf(const std::vector<float>& values) {
  std::string out;
  for (std::size_t start = 0; start < values.size(); start += 32) {
    float most = 0.0F;
    for (std::size_t i = 0; i < 32; ++i) most = std::max(most, std::abs(values[start + i]));
    appendBytes(out, f16Of(most / 127.0F));
    const float inverse = most > 0.0F ? 127.0F / most : 0.0F;
    for (std::size_t i = 0; i < 32; ++i)
      out.push_back(static_cast<char>(std::lround(values[start + i] * inverse)));
  }
  return out;
}

inline std::uint32_t ggmlTypeOf(DataType type) {
  switch (type) {
    case DataType::F32:
      return 0;
    case DataType::F16:
      return 1;
    case DataType::Q8_0:
      return 8;
    case DataType::BF16:
      return 30;
    default:
      return 0;
  }
}

inline std::string weightBytes(DataType type, const std::vector<float>& values) {
  if (type == DataType::Q8_0) return q8BytesOf(values);
  std::string out;
  for (const float value : values) {
    if (type == DataType::F32) appendBytes(out, value);
    if (type == DataType::F16) appendBytes(out, f16Of(value));
    if (type == DataType::BF16) appendBytes(out, bf16Of(value));
  }
  return out;
}

/// Element `index` of a tensor, wherever it lies in memory.
inline double elementOf(const ConstTensorView& view, std::size_t index) {
  const auto* bytes = static_cast<const char*>(view.data);
  const auto read = [&]<typename T>(std::size_t offset, T) {
    T value;
    std::memcpy(&value, bytes + offset, sizeof value);
    return value;
  };
  switch (view.type) {
    case DataType::F32:
      return read(index * 4, 0.0F);
    case DataType::F16:
      return floatOfF16(read(index * 2, std::uint16_t{}));
    case DataType::BF16:
      return floatOfBf16(read(index * 2, std::uint16_t{}));
    case DataType::Q8_0: {
      const std::size_t block = index / 32 * 34;
      const double scale = floatOfF16(read(block, std::uint16_t{}));
      return scale * read(block + 2 + index % 32, std::int8_t{});
    }
    default:
      return 0.0;
  }
}

}  // namespace zipage::test
