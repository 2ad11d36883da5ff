// The numbers of Q4_K, Q5_K and Q6_K: blocks of 256 with few bits each, whose groups have small integer
// scales. They are unpacked to 16 bits, times the scale of their group. Included once per Highway target.
#if defined(ZIPAGE_KERNELS_CPU_LARGE_BLOCKS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ZIPAGE_KERNELS_CPU_LARGE_BLOCKS_INL_H
#undef ZIPAGE_KERNELS_CPU_LARGE_BLOCKS_INL_H
#else
#define ZIPAGE_KERNELS_CPU_LARGE_BLOCKS_INL_H
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/cpu/block_fields.h"
#include "kernels/cpu/dot_tile-inl.h"

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

}  // namespace HWY_NAMESPACE
}  // namespace zipage
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
