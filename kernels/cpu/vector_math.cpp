#include "kernels/cpu/vector_math.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/cpu/dequantise.h"
#include "kernels/cpu/half.h"
#include "kernels/cpu/quantise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/vector_math.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace zipage {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using FloatTag = hn::ScalableTag<float>;

float dotProductOf(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, std::size_t count) {
  const FloatTag d;
  const std::size_t lanes = hn::Lanes(d);
  auto sum = hn::Zero(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) sum = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), sum);
  float total = hn::GetLane(hn::SumOfLanes(d, sum));
  for (; i < count; ++i) total += a[i] * b[i];
  return total;
}

void scaleByOf(const float* input, float scale, const float* gain, float* output, std::size_t count) {
  const FloatTag d;
  const std::size_t lanes = hn::Lanes(d);
  const auto factor = hn::Set(d, scale);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto scaled = hn::Mul(hn::LoadU(d, input + i), factor);
    hn::StoreU(gain != nullptr ? hn::Mul(scaled, hn::LoadU(d, gain + i)) : scaled, d, output + i);
  }
  for (; i < count; ++i) output[i] = input[i] * scale * (gain != nullptr ? gain[i] : 1.0F);
}

float exponentialsOf(float* values, float shift, std::size_t count) {
  const FloatTag d;
  const std::size_t lanes = hn::Lanes(d);
  const auto down = hn::Set(d, shift);
  auto sum = hn::Zero(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto power = hn::Exp(d, hn::Sub(hn::LoadU(d, values + i), down));
    hn::StoreU(power, d, values + i);
    sum = hn::Add(sum, power);
  }
  float total = hn::GetLane(hn::SumOfLanes(d, sum));
  for (; i < count; ++i) total += values[i] = std::exp(values[i] - shift);
  return total;
}

void siluTimesOf(const float* gate, const float* up, float* output, std::size_t count) {
  const FloatTag d;
  const std::size_t lanes = hn::Lanes(d);
  const auto one = hn::Set(d, 1.0F);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto value = hn::LoadU(d, gate + i);
    // Above 88 the exponential overflows; the quotient is then 0 to all purposes.
    const auto power = hn::Exp(d, hn::Min(hn::Neg(value), hn::Set(d, 88.0F)));
    const auto sigmoid = hn::Div(one, hn::Add(one, power));
    hn::StoreU(hn::Mul(hn::Mul(value, sigmoid), hn::LoadU(d, up + i)), d, output + i);
  }
  for (; i < count; ++i) output[i] = gate[i] / (1.0F + std::exp(std::min(-gate[i], 88.0F))) * up[i];
}

float sumAndLastAboveOf(const float* values, std::size_t count, float threshold, std::int32_t* last) {
  const FloatTag d;
  const std::size_t lanes = hn::Lanes(d);
  const auto limit = hn::Set(d, threshold);
  auto sum = hn::Zero(d);
  auto found = hn::Zero(d);  // 1 + index, exact as a float up to 2^24
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto value = hn::LoadU(d, values + i);
    sum = hn::Add(sum, value);
    found = hn::Max(found, hn::IfThenElseZero(hn::Gt(value, limit), hn::Iota(d, static_cast<float>(i + 1))));
  }
  float total = hn::GetLane(hn::SumOfLanes(d, sum));
  *last = static_cast<std::int32_t>(hn::GetLane(hn::MaxOfLanes(d, found))) - 1;
  for (; i < count; ++i) {
    total += values[i];
    if (values[i] > threshold) *last = static_cast<std::int32_t>(i);
  }
  return total;
}

float largestOrZeroOf(const float* values, std::size_t count) {
  const FloatTag d;
  const std::size_t lanes = hn::Lanes(d);
  auto largest = hn::Zero(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) largest = hn::Max(largest, hn::LoadU(d, values + i));
  float result = hn::GetLane(hn::MaxOfLanes(d, largest));
  for (; i < count; ++i) result = values[i] > result ? values[i] : result;
  return result;
}

template <typename Half>
void widenHalfOf(const Half* input, float* output, std::size_t count) {
  const FloatTag d;
  const hn::Rebind<Half, FloatTag> half;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(hn::PromoteTo(d, hn::LoadU(half, input + i)), d, output + i);
  HWY_ALIGN Half rest[HWY_MAX_BYTES / sizeof(Half)] = {};
  HWY_ALIGN float wide[HWY_MAX_BYTES / sizeof(float)];
  if (i == count) return;
  std::memcpy(rest, input + i, (count - i) * sizeof(Half));
  hn::Store(hn::PromoteTo(d, hn::Load(half, rest)), d, wide);
  std::memcpy(output + i, wide, (count - i) * sizeof(float));
}

void widenF16Of(const void* input, float* output, std::size_t count) {
  widenHalfOf(static_cast<const hwy::float16_t*>(input), output, count);
}

void narrowF16Of(const float* input, void* output, std::size_t count) {
  const FloatTag d;
  const hn::Rebind<hwy::float16_t, FloatTag> half;
  const std::size_t lanes = hn::Lanes(d);
  auto* out = static_cast<hwy::float16_t*>(output);
  HWY_ALIGN float wide[HWY_MAX_BYTES / sizeof(float)] = {};
  HWY_ALIGN hwy::float16_t narrowed[HWY_MAX_BYTES / sizeof(hwy::float16_t)];
  for (std::size_t i = 0; i < count; i += lanes) {
    const std::size_t some = count - i < lanes ? count - i : lanes;
    std::memcpy(wide, input + i, some * sizeof(float));
    hn::Store(hn::DemoteTo(half, hn::Load(d, wide)), half, narrowed);
    std::memcpy(static_cast<void*>(out + i), narrowed, some * sizeof(hwy::float16_t));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace zipage
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace zipage {

HWY_EXPORT(dotProductOf);
HWY_EXPORT(scaleByOf);
HWY_EXPORT(exponentialsOf);
HWY_EXPORT(siluTimesOf);
HWY_EXPORT(sumAndLastAboveOf);
HWY_EXPORT(largestOrZeroOf);
HWY_EXPORT(widenF16Of);
HWY_EXPORT(narrowF16Of);

namespace {

// The upper half of a float is a bfloat16; these two loops vectorise as they stand.
void widenBrain(const std::uint16_t* input, float* output, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t bits = static_cast<std::uint32_t>(input[i]) << 16;
    std::memcpy(output + i, &bits, sizeof bits);
  }
}

void narrowBrain(const float* input, std::uint16_t* output, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t bits;
    std::memcpy(&bits, input + i, sizeof bits);
    const bool isNumber = (bits & 0x7FFFFFFFU) <= 0x7F800000U;  // rounding would carry a NaN into the sign
    output[i] =
        static_cast<std::uint16_t>((isNumber ? bits + 0x7FFF + ((bits >> 16) & 1) : bits | 0x400000U) >> 16);
  }
}

}  // namespace

float dotProduct(const float* a, const float* b, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(dotProductOf)(a, b, count);
}

void scaleBy(const float* input, float scale, const float* gain, float* output, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(scaleByOf)(input, scale, gain, output, count);
}

float exponentials(float* values, float shift, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(exponentialsOf)(values, shift, count);
}

void siluTimes(const float* gate, const float* up, float* output, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(siluTimesOf)(gate, up, output, count);
}

float sumAndLastAbove(const float* values, std::size_t count, float threshold, std::int32_t* last) {
  return HWY_DYNAMIC_DISPATCH(sumAndLastAboveOf)(values, count, threshold, last);
}

float largestOrZero(const float* values, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(largestOrZeroOf)(values, count);
}

void widen(const void* input, DataType type, float* output, std::size_t count) {
  switch (type) {
    case DataType::F32:
      std::memcpy(output, input, count * sizeof(float));
      return;
    case DataType::F16:
      HWY_DYNAMIC_DISPATCH(widenF16Of)(input, output, count);
      return;
    case DataType::BF16:
      widenBrain(static_cast<const std::uint16_t*>(input), output, count);
      return;
    default:
      dequantise(type, input, output, count);
      return;
  }
}

void narrow(const float* input, DataType type, void* output, std::size_t count) {
  switch (type) {
    case DataType::F32:
      std::memcpy(output, input, count * sizeof(float));
      return;
    case DataType::F16:
      HWY_DYNAMIC_DISPATCH(narrowF16Of)(input, output, count);
      return;
    case DataType::BF16:
      narrowBrain(input, static_cast<std::uint16_t*>(output), count);
      return;
    case DataType::Q8_0:
      quantiseQ8_0(input, output, count);
      return;
    default:
      return;  // nothing else is quantised at run time
  }
}

}  // namespace zipage
#endif  // HWY_ONCE
