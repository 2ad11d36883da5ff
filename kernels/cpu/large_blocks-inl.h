// Products with rows of Q4_K, Q5_K and Q6_K: blocks of 256 numbers of few bits, whose groups have small
// integer scales. Inputs are rounded to 14 bits, in blocks of 256 as well, so that a block's sum is one of
// integers: exact, in whatever order, without a conversion or a factor for each weight. That rounding is a
// tenth of what bf16 would round (RESULTS.md). Included once per Highway target.
//
// A result is one accumulator of float lanes over the blocks, then one fixed tree over the lanes, in whatever
// tile it is computed: it depends on its two rows and on nothing else, to the last bit.
#if defined(ZIPAGE_KERNELS_CPU_LARGE_BLOCKS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ZIPAGE_KERNELS_CPU_LARGE_BLOCKS_INL_H
#undef ZIPAGE_KERNELS_CPU_LARGE_BLOCKS_INL_H
#else
#define ZIPAGE_KERNELS_CPU_LARGE_BLOCKS_INL_H
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "kernels/cpu/block_fields.h"
#include "kernels/cpu/dot_tile-inl.h"
#include "kernels/cpu/rounded_block.h"

HWY_BEFORE_NAMESPACE();
namespace zipage {
namespace HWY_NAMESPACE {

using ShortTag = hn::ScalableTag<std::int16_t>;
using ShortVector = hn::Vec<ShortTag>;
using WordTag = hn::ScalableTag<std::int32_t>;
using WordVector = hn::Vec<WordTag>;

constexpr std::size_t kShorts = HWY_LANES(std::int16_t);

/// Bytes as 16-bit numbers.
HWY_INLINE ShortVector loadShorts(const std::uint8_t* from) {
  return hn::PromoteTo(ShortTag(), hn::LoadU(hn::Rebind<std::uint8_t, ShortTag>(), from));
}

/// The word of two equal numbers at `pair`, everywhere.
HWY_INLINE ShortVector twoEverywhere(const std::int16_t* pair) {
  std::int32_t word;
  std::memcpy(&word, pair, sizeof word);
  return hn::BitCast(ShortTag(), hn::Set(WordTag(), word));
}

/// The half at `bytes`.
HWY_INLINE float halfScalar(const std::uint8_t* bytes) {
  using Quad = hn::Full128<float>;
  const hn::Rebind<std::uint16_t, Quad> bits;
  const hn::Rebind<hwy::float16_t, Quad> halves;
  return hn::GetLane(hn::PromoteTo(Quad(), hn::BitCast(halves, hn::Set(bits, shortAt(bytes)))));
}

/// The eight scales and minima of Q4_K and Q5_K, groupScale() for all groups at once.
class GroupNumbers {
 public:
  HWY_INLINE explicit GroupNumbers(const std::uint8_t* block) {
    // The head of a block: two halves, then words of scales, of minima, and of four more bits of both.
    const Bytes bytes;
    const Words words;
    const auto head = hn::LoadU(bytes, block);
    const auto own = hn::BitCast(words, hn::TableLookupBytes(head, hn::Load(bytes, kOwn)));
    const auto both = hn::BitCast(words, hn::TableLookupBytes(head, hn::Load(bytes, kBoth)));
    const auto low = hn::Or(hn::And(own, hn::Load(words, kSixBits)),
                            hn::And(hn::ShiftRight<2>(own), hn::Load(words, kTopBits)));
    const auto more = hn::Or(hn::And(both, hn::Load(words, kMoreOfScales)),
                             hn::And(hn::ShiftRight<4>(both), hn::Load(words, kMoreOfMinima)));
    m_numbers = hn::BitCast(bytes, hn::Or(low, more));
    // Twice in each word, so that one word fills a vector of 16-bit numbers.
    const hn::Full128<std::int16_t> shorts;
    const auto scales = hn::PromoteTo(shorts, hn::LowerHalf(m_numbers));
    hn::Store(hn::InterleaveLower(shorts, scales, scales), shorts, m_scales);
    hn::Store(hn::InterleaveUpper(shorts, scales, scales), shorts, m_scales + 8);
  }

  HWY_INLINE ShortVector scale(std::size_t group) const { return twoEverywhere(m_scales + 2 * group); }
  /// The minima of groups kFirst … kFirst + lanes − 1; zeros behind the eighth.
  template <int kFirst>
  HWY_INLINE FloatVector minima() const {
    const auto own = hn::ShiftRightBytes<8 + kFirst>(Bytes(), m_numbers);
    if constexpr (kLanes >= 16)
      return hn::ConvertTo(FloatTag(), hn::PromoteTo(WordTag(), own));
    else if constexpr (kLanes == 8)
      return hn::ConvertTo(FloatTag(), hn::PromoteTo(WordTag(), hn::LowerHalf(own)));
    else
      return hn::ConvertTo(FloatTag(), hn::PromoteTo(WordTag(), hn::LowerHalf(hn::LowerHalf(own))));
  }

 private:
  using Bytes = hn::Full128<std::uint8_t>;
  using Words = hn::Full128<std::uint32_t>;

  alignas(16) static constexpr std::uint8_t kOwn[16] = {4, 5, 6, 7, 4, 5, 6, 7, 8, 9, 10, 11, 8, 9, 10, 11};
  alignas(16) static constexpr std::uint8_t kBoth[16] = {12, 13, 14, 15, 12, 13, 14, 15,
                                                         12, 13, 14, 15, 12, 13, 14, 15};
  alignas(16) static constexpr std::uint32_t kSixBits[4] = {0x3F3F3F3F, 0, 0x3F3F3F3F, 0};
  alignas(16) static constexpr std::uint32_t kTopBits[4] = {0, 0x30303030, 0, 0x30303030};
  alignas(16) static constexpr std::uint32_t kMoreOfScales[4] = {0, 0x0F0F0F0F, 0, 0};
  alignas(16) static constexpr std::uint32_t kMoreOfMinima[4] = {0, 0, 0, 0x0F0F0F0F};

  hn::Vec<Bytes> m_numbers;  // scales, minima
  alignas(32) std::int16_t m_scales[16];
};

/// Blocks hand their numbers, times the scale of their group, to use(place, numbers), kShorts at a time.
struct Q4KBlock {
  static constexpr std::size_t kBytes = 144;
  static constexpr std::size_t kUnitAt = 0;
  static constexpr bool kHasMinima = true;

  template <class Use>
  HWY_INLINE static void expand(const std::uint8_t* block, const GroupNumbers& groups, Use use) {
    const ShortVector fifteen = hn::Set(ShortTag(), 15);
    for (std::size_t chunk = 0; chunk < 4; ++chunk) {
      const ShortVector low = groups.scale(2 * chunk), high = groups.scale(2 * chunk + 1);
      for (std::size_t i = 0; i < 32; i += kShorts) {
        const ShortVector pairs = loadShorts(block + 16 + 32 * chunk + i);
        use(64 * chunk + i, hn::Mul(hn::And(pairs, fifteen), low));
        use(64 * chunk + 32 + i, hn::Mul(hn::ShiftRight<4>(pairs), high));
      }
    }
  }
};

struct Q5KBlock {
  static constexpr std::size_t kBytes = 176;
  static constexpr std::size_t kUnitAt = 0;
  static constexpr bool kHasMinima = true;

  template <class Use>
  HWY_INLINE static void expand(const std::uint8_t* block, const GroupNumbers& groups, Use use) {
    const ShortTag d;
    const ShortVector fifteen = hn::Set(d, 15), sixteen = hn::Set(d, 16);
    for (std::size_t i = 0; i < 32; i += kShorts) {
      // The fifth bits of group g stand at bit g; each chunk of two groups moves its own to bit 4.
      ShortVector fifths = hn::ShiftLeft<4>(loadShorts(block + 16 + i));
      for (std::size_t chunk = 0; chunk < 4; ++chunk) {
        const ShortVector pairs = loadShorts(block + 48 + 32 * chunk + i);
        const ShortVector low = hn::Or(hn::And(pairs, fifteen), hn::And(fifths, sixteen));
        fifths = hn::ShiftRight<1>(fifths);
        const ShortVector high = hn::Or(hn::ShiftRight<4>(pairs), hn::And(fifths, sixteen));
        fifths = hn::ShiftRight<1>(fifths);
        use(64 * chunk + i, hn::Mul(low, groups.scale(2 * chunk)));
        use(64 * chunk + 32 + i, hn::Mul(high, groups.scale(2 * chunk + 1)));
      }
    }
  }
};

/// The sixteen scales of Q6_K, of groups of 16.
class SmallGroupScales {
 public:
  HWY_INLINE explicit SmallGroupScales(const std::uint8_t* block) {
    const auto* const scales = reinterpret_cast<const std::int8_t*>(block + 192);
    for (std::size_t i = 0; i < 16; i += kLanes) {
      const auto words = hn::PromoteTo(WordTag(), hn::LoadU(hn::Rebind<std::int8_t, WordTag>(), scales + i));
      const auto twice = hn::Or(hn::ShiftLeft<16>(words), hn::And(words, hn::Set(WordTag(), 0xFFFF)));
      hn::Store(twice, WordTag(), m_twice + i);
    }
  }

  /// Of the groups that lie in one vector from `place` on.
  HWY_INLINE ShortVector at(std::size_t place) const {
    const ShortTag d;
    const ShortVector first = twoEverywhere(reinterpret_cast<const std::int16_t*>(m_twice + place / 16));
    if constexpr (kShorts <= 16) {
      return first;
    } else {
      const hn::Half<ShortTag> half;
      const ShortVector second =
          twoEverywhere(reinterpret_cast<const std::int16_t*>(m_twice + place / 16 + 1));
      return hn::Combine(d, hn::LowerHalf(half, second), hn::LowerHalf(half, first));
    }
  }

 private:
  alignas(64) std::int32_t m_twice[16];  // each as two numbers of 16 bits
};

struct Q6KBlock {
  static constexpr std::size_t kBytes = 210;
  static constexpr std::size_t kUnitAt = 208;
  static constexpr bool kHasMinima = false;

  template <class Use>
  HWY_INLINE static void expand(const std::uint8_t* block, const SmallGroupScales& scales, Use use) {
    const ShortTag d;
    const ShortVector fifteen = hn::Set(d, 15), upper = hn::Set(d, 48), middle = hn::Set(d, 32);
    for (std::size_t half = 0; half < 2; ++half) {
      for (std::size_t i = 0; i < 32; i += kShorts) {
        const ShortVector left = loadShorts(block + 64 * half + i);
        const ShortVector right = loadShorts(block + 64 * half + 32 + i);
        const ShortVector tops = loadShorts(block + 128 + 32 * half + i);
        const std::size_t place = 128 * half + i;
        const auto give = [&](std::size_t at, ShortVector low, ShortVector high) {
          const ShortVector numbers = hn::Sub(hn::Or(low, hn::And(high, upper)), middle);
          use(at, hn::Mul(numbers, scales.at(at)));
        };
        give(place, hn::And(left, fifteen), hn::ShiftLeft<4>(tops));
        give(place + 32, hn::And(right, fifteen), hn::ShiftLeft<2>(tops));
        give(place + 64, hn::ShiftRight<4>(left), tops);
        give(place + 96, hn::ShiftRight<4>(right), hn::ShiftRight<2>(tops));
      }
    }
  }
};

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
    const auto use = [&](std::size_t at, ShortVector numbers) { integers.add(inputs, stride, at, numbers); };
    if constexpr (Block::kHasMinima) {
      const GroupNumbers groups(block);
      Block::expand(block, groups, use);
      const FloatVector least = hn::Set(FloatTag(), halfScalar(block + 2));
      subtractMinima<kInputs>(inputs, stride, 0, hn::Mul(least, groups.template minima<0>()), sums);
      if constexpr (kLanes < 8)
        subtractMinima<kInputs>(inputs, stride, 4, hn::Mul(least, groups.template minima<4>()), sums);
    } else {
      Block::expand(block, SmallGroupScales(block), use);
    }
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
  const auto use = [&](std::size_t at, ShortVector numbers) {
    hn::Store(numbers, ShortTag(), to.numbers + at);
  };
  if constexpr (Block::kHasMinima) {
    const GroupNumbers groups(block);
    Block::expand(block, groups, use);
    const FloatVector least = hn::Set(FloatTag(), halfScalar(block + 2));
    hn::Store(hn::Mul(least, groups.template minima<0>()), FloatTag(), to.groupSums);
    if constexpr (kLanes < 8)
      hn::Store(hn::Mul(least, groups.template minima<4>()), FloatTag(), to.groupSums + 4);
  } else {
    Block::expand(block, SmallGroupScales(block), use);
  }
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
