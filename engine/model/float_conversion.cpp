#include "engine/model/float_conversion.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "engine/base/check.h"

namespace zipage {

namespace {

float fromHalf(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  if (exponent == 31) return fraction == 0 ? sign * INFINITY : NAN;
  return sign * std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
}

float fromBfloat(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

}  // namespace

bool isPlainFloat(DataType type) {
  return type == DataType::F32 || type == DataType::F16 || type == DataType::BF16;
}

std::vector<float> toFloats(const ConstTensorView& view) {
  ZIPAGE_CHECK(isPlainFloat(view.type), "only floating-point elements are converted");
  std::vector<float> floats(static_cast<std::size_t>(view.rows * view.columns));
  if (view.type == DataType::F32) {
    std::memcpy(floats.data(), view.data, view.bytes());
    return floats;
  }
  const auto* bytes = static_cast<const std::byte*>(view.data);
  for (std::size_t i = 0; i < floats.size(); ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, bytes + 2 * i, sizeof bits);
    floats[i] = view.type == DataType::F16 ? fromHalf(bits) : fromBfloat(bits);
  }
  return floats;
}

}  // namespace zipage
