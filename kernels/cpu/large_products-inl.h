// Products with rows of Q4_K, Q5_K and Q6_K: blocks of 256 numbers of few bits, whose groups have small
// integer scales. Inputs are rounded to 14 bits, in blocks of 256 as well, so that a block's sum is one of
// integers: exact, in whatever order, without a conversion or a factor for each weight. That rounding is a
// tenth of what bf16 would round (RESULTS.md). Included once per Highway target.
//
// A result is one accumulator of float lanes over the blocks, then one fixed tree over the lanes, in whatever
// tile it is computed: it depends on its two rows and on nothing else, to the last bit.
#if defined(ZIPAGE_KERNELS_CPU_LARGE_PRODUCTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ZIPAGE_KERNELS_CPU_LARGE_PRODUCTS_INL_H
#undef ZIPAGE_KERNELS_CPU_LARGE_PRODUCTS_INL_H
#else
#define ZIPAGE_KERNELS_CPU_LARGE_PRODUCTS_INL_H
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "kernels/cpu/dot_tile-inl.h"
#include "kernels/cpu/large_blocks-inl.h"
#include "kernels/cpu/rounded_block.h"

HWY_BEFORE_NAMESPACE();
namespace zipage {
namespace HWY_NAMESPACE {

// Bytes: a stretch of weights ends before the processor has noticed that it is read in order.
constexpr std::size_t kAhead = 4096;

/// Integers of kInputs rows that are being added up. On x86 the second ones stay zero.
template <int kInputs>
struct IntegerSums {
  HWY_INLINE IntegerSums() {
    for (int i = 0; i < kInputs; ++i) even[i] = odd[i] = hn::Zero(WordTag());
  }
  /// Of one vector of weights with those at `at` of each row's block; the blocks lie `stride` apart.
  HWY_INLINE void add(const RoundedBlock* inputs, std::size_t stride, std::size_t at, ShortVector numbers) {
    for (int i = 0; i < kInputs; ++i) {
      const ShortVector input = hn::Load(ShortTag(), inputs[i * stride].numbers + at);
      even[i] = hn::ReorderWidenMulAccumulate(WordTag(), numbers, input, even[i], odd[i]);
    }
  }
  HWY_INLINE void finish(const RoundedBlock* inputs, std::size_t stride, float unit,
                         FloatVector* HWY_RESTRICT sums) const {
    const FloatTag d;
    for (int i = 0; i < kInputs; ++i) {
      const FloatVector factor = hn::Set(d, unit * inputs[i * stride].unit);
      sums[i] = hn::MulAdd(hn::ConvertTo(d, hn::Add(even[i], odd[i])), factor, sums[i]);
    }
  }

  WordVector even[kInputs], odd[kInputs];
};

template <int kInputs>
HWY_INLINE void subtractMinima(const RoundedBlock* inputs, std::size_t stride, std::size_t first,
                               FloatVector minima, FloatVector* HWY_RESTRICT sums) {
  for (int i = 0; i < kInputs; ++i)
    sums[i] = hn::NegMulAdd(minima, hn::Load(FloatTag(), inputs[i * stride].groupSums + first), sums[i]);
}

/// Hands the numbers of a block to use(place, numbers) and what is subtracted in its groups, where it has
/// minima, to useMinima(first, minima).
template <class Block, class Use, class UseMinima>
HWY_INLINE void unpackBlock(const std::uint8_t* block, Use use, UseMinima useMinima) {
  if constexpr (Block::kHasMinima) {
    const GroupNumbers groups(block);
    Block::expand(block, groups, use);
    const FloatVector least = hn::Set(FloatTag(), halfScalar(block + 2));
    useMinima(0, hn::Mul(least, groups.template minima<0>()));
    if constexpr (kLanes < 8) useMinima(4, hn::Mul(least, groups.template minima<4>()));
  } else {
    Block::expand(block, SmallGroupScales(block), use);
  }
}

/// Rows as they are stored: for few inputs.
template <class Block>
struct PackedRows {
  static constexpr std::size_t kBytes = Block::kBytes;

  const std::uint8_t* first;

  /// Adds the products of the block at `block` with one of each of kInputs rows.
  template <int kInputs>
  HWY_INLINE static void add(const std::uint8_t* block, const RoundedBlock* inputs, std::size_t stride,
                             FloatVector* HWY_RESTRICT sums) {
    IntegerSums<kInputs> integers;
    unpackBlock<Block>(
        block, [&](std::size_t at, ShortVector numbers) { integers.add(inputs, stride, at, numbers); },
        [&](std::size_t first, FloatVector minima) {
          subtractMinima<kInputs>(inputs, stride, first, minima, sums);
        });
    integers.finish(inputs, stride, halfScalar(block + Block::kUnitAt), sums);
  }
};

/// Rows of blocks that widenBlock() has made: for many inputs. The same bits come out.
template <class Block>
struct WidenedRows {
  static constexpr std::size_t kBytes = sizeof(RoundedBlock);

  const std::uint8_t* first;

  template <int kInputs>
  HWY_INLINE static void add(const std::uint8_t* block, const RoundedBlock* inputs, std::size_t stride,
                             FloatVector* HWY_RESTRICT sums) {
    const auto& wide = *reinterpret_cast<const RoundedBlock*>(block);
    IntegerSums<kInputs> integers;
    for (std::size_t at = 0; at < kLargeBlock; at += kShorts)
      integers.add(inputs, stride, at, hn::Load(ShortTag(), wide.numbers + at));
    if constexpr (Block::kHasMinima) {
      for (std::size_t g = 0; g < 8; g += kLanes)
        subtractMinima<kInputs>(inputs, stride, g, hn::Load(FloatTag(), wide.groupSums + g), sums);
    }
    integers.finish(inputs, stride, wide.unit, sums);
  }
};

/// Its numbers times the scales of their groups, and the minima of the groups in the place of sums.
template <class Block>
HWY_INLINE void widenBlock(const std::uint8_t* block, RoundedBlock& to) {
  unpackBlock<Block>(
      block, [&](std::size_t at, ShortVector numbers) { hn::Store(numbers, ShortTag(), to.numbers + at); },
      [&](std::size_t first, FloatVector minima) { hn::Store(minima, FloatTag(), to.groupSums + first); });
  to.unit = halfScalar(block + Block::kUnitAt);
}

/// Rows input … input + kInputs − 1 of all inputs with rows first … last − 1 of the weights.
template <int kInputs, class Rows>
void largeRows(const RoundedBlock* inputs, std::size_t numBlocks, const Rows& rows, std::size_t input,
               std::size_t first, std::size_t last, const DotResults& to) {
  const FloatVector none = hn::Zero(FloatTag());
  for (std::size_t output = first; output < last; ++output) {
    FloatVector sums[kInputs];
    for (int i = 0; i < kInputs; ++i) sums[i] = none;
    for (std::size_t b = 0; b < numBlocks; ++b) {
      const std::uint8_t* const block = rows.first + (output * numBlocks + b) * Rows::kBytes;
      if (input == 0) {  // the others find it in the cache
        for (std::size_t line = 0; line < Rows::kBytes; line += 64) hwy::Prefetch(block + kAhead + line);
      }
      Rows::template add<kInputs>(block, inputs + input * numBlocks + b, numBlocks, sums);
    }
    for (int i = 0; i < kInputs; ++i)
      storeOne(sumsOfFour(sums[i], none, none, none), to, input + static_cast<std::size_t>(i), output);
  }
}

/// All `inputs` [numInputs, numBlocks] with rows first … last − 1 of the weights.
template <class Rows>
void largeProducts(const RoundedBlock* inputs, std::size_t numInputs, std::size_t numBlocks, const Rows& rows,
                   std::size_t first, std::size_t last, const DotResults& to) {
  // Accumulators are two registers for each input, of 32 with AVX-512 and 16 without.
  constexpr std::size_t kMost = kLanes >= 16 ? 8 : 4;
  std::size_t input = 0;
  for (; input + kMost <= numInputs; input += kMost)
    largeRows<kMost>(inputs, numBlocks, rows, input, first, last, to);
  if constexpr (kMost > 4) {
    for (; input + 4 <= numInputs; input += 4) largeRows<4>(inputs, numBlocks, rows, input, first, last, to);
  }
  for (; input + 2 <= numInputs; input += 2) largeRows<2>(inputs, numBlocks, rows, input, first, last, to);
  if (input < numInputs) largeRows<1>(inputs, numBlocks, rows, input, first, last, to);
}

/// 256 inputs; those that are no numbers make the block none.
HWY_INLINE void roundBlock(const float* from, RoundedBlock& block) {
  const FloatTag d;
  const WordTag words;
  WordVector most = hn::Zero(words);
  for (std::size_t i = 0; i < kLargeBlock; i += kLanes)
    most = hn::Max(
        most, hn::BitCast(words, hn::Abs(hn::LoadU(d, from + i))));  // as integers, so that NaN is the most
  const float largest = std::bit_cast<float>(hn::GetLane(hn::MaxOfLanes(words, most)));
  const bool isNumber = largest <= std::numeric_limits<float>::max();
  const bool isNothing = !(largest >= 1e-30F) || !isNumber;
  block.unit = !isNumber   ? std::numeric_limits<float>::quiet_NaN()
               : isNothing ? 0.0F
                           : largest / kMostRounded;
  const FloatVector steps = hn::Set(d, isNothing ? 0.0F : kMostRounded / largest);
  const hn::Rebind<std::int16_t, FloatTag> halves;
  for (std::size_t g = 0; g < 16; ++g) block.groupSums[g] = 0.0F;
  for (std::size_t g = 0; g < 8; ++g) {
    WordVector sum = hn::Zero(words);
    for (std::size_t i = 32 * g; i < 32 * (g + 1); i += kLanes) {
      const FloatVector scaled = isNothing ? hn::Zero(d) : hn::Mul(hn::LoadU(d, from + i), steps);
      const WordVector numbers = hn::NearestInt(scaled);
      sum = hn::Add(sum, numbers);
      hn::StoreU(hn::DemoteTo(halves, numbers), halves, block.numbers + i);
    }
    block.groupSums[g] = block.unit * static_cast<float>(hn::GetLane(hn::SumOfLanes(words, sum)));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace zipage
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
