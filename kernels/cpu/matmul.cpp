// output = input · weightᵀ. An output element is one dot product over the columns, in one accumulator of
// vector lanes from the first column to the last, whatever tile it is computed in: so a row's result does not
// depend on the other rows of a call. Tiles of up to 4 tokens by 4 outputs share each weight load and each
// input load; the threads share out the outputs.
#include <cstring>

#include "kernels/cpu/half.h"
#include "kernels/cpu/ops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/matmul.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h

#include <hwy/highway.h>

#include "kernels/cpu/vector_math.h"

HWY_BEFORE_NAMESPACE();
namespace zipage {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using FloatTag = hn::ScalableTag<float>;

inline auto loadWide(const FloatTag d, const float* from) { return hn::LoadU(d, from); }

template <typename Half>
inline auto loadWide(const FloatTag d, const Half* from) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<Half, FloatTag>(), from));
}

inline float widenOne(float value) { return value; }
inline float widenOne(hwy::float16_t value) { return floatFromHalf(value); }
inline float widenOne(hwy::bfloat16_t value) { return hwy::F32FromBF16(value); }

/// One tile: results[t * kOutputs + o] = input row t · weight row o.
template <int kTokens, int kOutputs, typename Weight>
void tile(const float* input, const Weight* weight, std::size_t columns, float* results) {
  const FloatTag d;
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<FloatTag> sums[kTokens * kOutputs];
  for (auto& sum : sums) sum = hn::Zero(d);
  std::size_t k = 0;
  for (; k + lanes <= columns; k += lanes) {
    hn::Vec<FloatTag> inputs[kTokens];
    for (int t = 0; t < kTokens; ++t) inputs[t] = hn::LoadU(d, input + t * columns + k);
    for (int o = 0; o < kOutputs; ++o) {
      const auto wide = loadWide(d, weight + o * columns + k);
      for (int t = 0; t < kTokens; ++t)
        sums[t * kOutputs + o] = hn::MulAdd(inputs[t], wide, sums[t * kOutputs + o]);
    }
  }
  for (int t = 0; t < kTokens; ++t) {
    for (int o = 0; o < kOutputs; ++o) {
      float total = hn::GetLane(hn::SumOfLanes(d, sums[t * kOutputs + o]));
      for (std::size_t rest = k; rest < columns; ++rest) {
        total += input[t * columns + rest] * widenOne(weight[o * columns + rest]);
      }
      results[t * kOutputs + o] = total;
    }
  }
}

template <int kTokens, int kOutputs, typename Weight>
void tileInto(const MatmulArguments& a, std::size_t token, std::size_t output) {
  const auto columns = static_cast<std::size_t>(a.input.columns);
  float results[kTokens * kOutputs];
  tile<kTokens, kOutputs>(static_cast<const float*>(a.input.data) + token * columns,
                          static_cast<const Weight*>(a.weight.data) + output * columns, columns, results);
  const auto* bias = static_cast<const float*>(a.bias.data);
  for (int t = 0; t < kTokens; ++t) {
    float* row = static_cast<float*>(a.output.data) + (token + t) * a.output.columns + output;
    for (int o = 0; o < kOutputs; ++o) {
      const float value = results[t * kOutputs + o] + (bias != nullptr ? bias[output + o] : 0.0F);
      row[o] = a.accumulate ? row[o] + value : value;
    }
  }
}

template <int kOutputs, typename Weight>
void tokenTiles(const MatmulArguments& a, std::size_t output) {
  const auto numTokens = static_cast<std::size_t>(a.input.rows);
  std::size_t token = 0;
  for (; token + 4 <= numTokens; token += 4) tileInto<4, kOutputs, Weight>(a, token, output);
  switch (numTokens - token) {
    case 3:
      tileInto<3, kOutputs, Weight>(a, token, output);
      break;
    case 2:
      tileInto<2, kOutputs, Weight>(a, token, output);
      break;
    case 1:
      tileInto<1, kOutputs, Weight>(a, token, output);
      break;
    default:
      break;
  }
}

template <typename Weight>
void outputTiles(const MatmulArguments& a, std::size_t first, std::size_t last) {
  std::size_t output = first;
  // With one token alone, more outputs at once hide the latency of the additions.
  if (a.input.rows == 1) {
    for (; output + 8 <= last; output += 8) tileInto<1, 8, Weight>(a, 0, output);
  }
  for (; output + 4 <= last; output += 4) tokenTiles<4, Weight>(a, output);
  for (; output < last; ++output) tokenTiles<1, Weight>(a, output);
}

void floatRange(const MatmulArguments& a, std::size_t first, std::size_t last) {
  switch (a.weight.type) {
    case DataType::F32:
      return outputTiles<float>(a, first, last);
    case DataType::F16:
      return outputTiles<hwy::float16_t>(a, first, last);
    case DataType::BF16:
      return outputTiles<hwy::bfloat16_t>(a, first, last);
    case DataType::Q8_0:
      return;  // see quantizedRange
  }
}

/// Σ over the 32 products of a block, exact.
inline std::int32_t blockDot(const std::int8_t* a, const std::int8_t* b) {
  const hn::CappedTag<std::int16_t, 32> wide;
  const hn::Rebind<std::int8_t, decltype(wide)> bytes;
  const hn::RepartitionToWide<decltype(wide)> sums;
  const std::size_t lanes = hn::Lanes(wide);
  auto low = hn::Zero(sums);
  auto high = hn::Zero(sums);
  for (std::size_t i = 0; i < 32; i += lanes) {
    low = hn::ReorderWidenMulAccumulate(sums, hn::PromoteTo(wide, hn::LoadU(bytes, a + i)),
                                        hn::PromoteTo(wide, hn::LoadU(bytes, b + i)), low, high);
  }
  return hn::GetLane(hn::SumOfLanes(sums, hn::Add(low, high)));
}

constexpr int kQ8Block = 32;
constexpr int kQ8Bytes = 34;

/// Inputs are quantised like the weights: [tokens][blocks] of {float scale, 32 × int8}.
struct QuantizedBlock {
  float scale;
  std::int8_t quants[kQ8Block];
};

void quantizedRange(const MatmulArguments& a, const QuantizedBlock* input, std::size_t first,
                    std::size_t last) {
  const auto numBlocks = static_cast<std::size_t>(a.input.columns) / kQ8Block;
  const auto* bias = static_cast<const float*>(a.bias.data);
  for (std::size_t output = first; output < last; ++output) {
    const auto* row = static_cast<const std::uint8_t*>(a.weight.data) + output * numBlocks * kQ8Bytes;
    for (std::int64_t token = 0; token < a.input.rows; ++token) {
      const QuantizedBlock* blocks = input + static_cast<std::size_t>(token) * numBlocks;
      float total = 0.0F;
      for (std::size_t b = 0; b < numBlocks; ++b) {
        const std::uint8_t* block = row + b * kQ8Bytes;
        hwy::float16_t scale;
        std::memcpy(&scale, block, sizeof scale);
        const auto dot = blockDot(reinterpret_cast<const std::int8_t*>(block + 2), blocks[b].quants);
        total += floatFromHalf(scale) * blocks[b].scale * static_cast<float>(dot);
      }
      total += bias != nullptr ? bias[output] : 0.0F;
      float& place = static_cast<float*>(a.output.data)[token * a.output.columns + output];
      place = a.accumulate ? place + total : total;
    }
  }
}

void quantizedRangeOf(const MatmulArguments& a, const void* input, std::size_t first, std::size_t last) {
  quantizedRange(a, static_cast<const QuantizedBlock*>(input), first, last);
}

}  // namespace HWY_NAMESPACE
}  // namespace zipage
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <cmath>
#include <cstring>

namespace zipage {

HWY_EXPORT(floatRange);
HWY_EXPORT(quantizedRangeOf);

namespace cpu {

namespace {

// The same layout as QuantizedBlock of every target.
struct InputBlock {
  float scale;
  std::int8_t quants[32];
};

void quantizeRow(const float* row, std::size_t columns, InputBlock* blocks) {
  for (std::size_t b = 0; b < columns / 32; ++b) {
    const float* values = row + b * 32;
    float largest = 0.0F;
    for (int i = 0; i < 32; ++i) largest = std::max(largest, std::fabs(values[i]));
    const float inverse = largest > 0.0F ? 127.0F / largest : 0.0F;
    blocks[b].scale = largest / 127.0F;
    for (int i = 0; i < 32; ++i)
      blocks[b].quants[i] = static_cast<std::int8_t>(std::lrintf(values[i] * inverse));
  }
}

}  // namespace

void matmul(CpuContext& context, const MatmulArguments& a) {
  const auto outputs = static_cast<std::size_t>(a.weight.rows);
  const std::int64_t work = a.input.rows * a.weight.rows * a.weight.columns;
  // Shares are multiples of 8 outputs, so that threads do not write into each other's cache lines more than
  // they must.
  constexpr std::size_t kShare = 16;
  const auto numShares = static_cast<std::int64_t>((outputs + kShare - 1) / kShare);

  InputBlock* blocks = nullptr;
  if (a.weight.type == DataType::Q8_0) {
    const std::size_t perRow = static_cast<std::size_t>(a.input.columns) / 32;
    blocks = reinterpret_cast<InputBlock*>(
        context.sharedScratch(static_cast<std::size_t>(a.input.rows) * perRow * sizeof(InputBlock)));
    for (std::int64_t t = 0; t < a.input.rows; ++t) {
      quantizeRow(static_cast<const float*>(a.input.data) + t * a.input.columns, a.input.columns,
                  blocks + t * perRow);
    }
  }
  context.parallelFor(numShares, work, [&](std::int64_t share, int) {
    const std::size_t first = static_cast<std::size_t>(share) * kShare;
    const std::size_t last = std::min(outputs, first + kShare);
    if (blocks == nullptr)
      HWY_DYNAMIC_DISPATCH(floatRange)(a, first, last);
    else
      HWY_DYNAMIC_DISPATCH(quantizedRangeOf)(a, blocks, first, last);
  });
}

}  // namespace cpu
}  // namespace zipage
#endif  // HWY_ONCE
