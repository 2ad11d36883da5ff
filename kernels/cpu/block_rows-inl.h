// Rows of quantised blocks, widened in registers of 16 lanes for products with few inputs. What comes out is
// what dequantise() gives, to the last bit: it makes no difference to a result whether a panel was widened
// first. Included once per Highway target; empty for those with narrower vectors.
//
// Numbers of four bits are places in a table of 16 floats, one register that is made once for each group of
// 32: the look-up reads the low four bits of a lane, so that a weight costs no mask, conversion or scaling.
#if defined(ZIPAGE_KERNELS_CPU_BLOCK_ROWS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ZIPAGE_KERNELS_CPU_BLOCK_ROWS_INL_H
#undef ZIPAGE_KERNELS_CPU_BLOCK_ROWS_INL_H
#else
#define ZIPAGE_KERNELS_CPU_BLOCK_ROWS_INL_H
#endif

#include <hwy/highway.h>

#include <cstring>

#include "kernels/cpu/block_fields.h"
#include "kernels/cpu/dot_tile-inl.h"
#include "kernels/tensor.h"

#if HWY_MAX_BYTES == 64
HWY_BEFORE_NAMESPACE();
namespace zipage {
namespace HWY_NAMESPACE {

using IntegerTag = hn::Rebind<std::int32_t, FloatTag>;
using IntegerVector = hn::Vec<IntegerTag>;

/// The half at `bytes` in all lanes.
HWY_INLINE FloatVector halfEverywhere(const std::uint8_t* bytes) {
  using Quad = hn::Full128<float>;
  const hn::Rebind<std::uint16_t, Quad> bits;
  const hn::Rebind<hwy::float16_t, Quad> halves;
  return hn::Set(FloatTag(),
                 hn::GetLane(hn::PromoteTo(Quad(), hn::BitCast(halves, hn::Set(bits, shortAt(bytes))))));
}

HWY_INLINE FloatVector everywhere(int number) { return hn::Set(FloatTag(), static_cast<float>(number)); }

/// 16 bytes, each in a lane.
HWY_INLINE IntegerVector loadBytes(const std::uint8_t* from) {
  return hn::PromoteTo(IntegerTag(), hn::LoadU(hn::Rebind<std::uint8_t, FloatTag>(), from));
}

HWY_INLINE FloatVector loadTable(const std::int8_t* from) {
  return hn::ConvertTo(FloatTag(),
                       hn::PromoteTo(IntegerTag(), hn::LoadU(hn::Rebind<std::int8_t, FloatTag>(), from)));
}

/// The values at the places that the low four bits of each lane name.
HWY_INLINE FloatVector lookUp(FloatVector table, IntegerVector places) {
  return hn::TableLookupLanes(table, hn::IndicesFromVec(FloatTag(), places));
}

template <DataType kType>
struct BlockRows {
  static constexpr DataTypeLayout kLayout = layoutOf(kType);
  static constexpr std::size_t kStep = 32;
  // Rows of larger blocks are bound by arithmetic.
  static constexpr bool kPrefetched = kLayout.elementsPerBlock == 32;

  struct Block {};

  const std::uint8_t* first;
  std::size_t columns;

  HWY_INLINE const std::uint8_t* row(std::size_t index) const {
    return first + index * (columns / kLayout.elementsPerBlock * kLayout.bytesPerBlock);
  }
  HWY_INLINE static const std::uint8_t* blockAt(const std::uint8_t* row, std::size_t k) {
    return row + k / kLayout.elementsPerBlock * kLayout.bytesPerBlock;
  }
  HWY_INLINE static FloatVector loadRest(const std::uint8_t*, std::size_t, std::size_t) {
    return hn::Zero(FloatTag());
  }
};

/// Types of four bits with blocks of 32, whose 16 bytes of numbers are the end of the block.
template <DataType kType>
struct SmallPairRows : BlockRows<kType> {
  using Base = BlockRows<kType>;
  using Scale = FloatVector;

  HWY_INLINE static Scale scale(const std::uint8_t* row, const typename Base::Block&, std::size_t k) {
    const std::uint8_t* block = Base::blockAt(row, k);
    const FloatVector numbers = hn::Iota(FloatTag(), 0.0F);
    if constexpr (kType == DataType::Q4_0) {
      return hn::Mul(halfEverywhere(block), hn::Sub(numbers, everywhere(8)));
    } else if constexpr (kType == DataType::Q4_1) {
      return hn::Add(hn::Mul(numbers, halfEverywhere(block)), halfEverywhere(block + 2));
    } else if constexpr (kType == DataType::IQ4_NL) {
      return hn::Mul(halfEverywhere(block), loadTable(kUnevenValues));
    } else {
      return hn::Mul(hn::Set(FloatTag(), halfPowerOfTwo(block[0])), loadTable(kDoubledTinyFloats));
    }
  }
  HWY_INLINE static FloatVector load(const std::uint8_t* row, Scale table, std::size_t k) {
    const IntegerVector pairs = loadBytes(Base::blockAt(row, k) + Base::kLayout.bytesPerBlock - 16);
    return lookUp(table, k % 32 == 0 ? pairs : hn::ShiftRight<4>(pairs));
  }
};

/// Sixteen factors of a block of 256 as floats: for Q4_K and Q5_K scales and minima of groups of 32, for Q6_K
/// scales of groups of 16.
struct GroupFactors {
  alignas(64) float values[16];
};

HWY_INLINE void readScalesAndMinima(const std::uint8_t* block, GroupFactors& factors) {
  // groupScale() for all groups at once: four bytes in a word.
  const std::uint32_t scales = wordAt(block + 4), minima = wordAt(block + 8), both = wordAt(block + 12);
  const std::uint32_t words[4] = {scales & 0x3F3F3F3FU, (both & 0x0F0F0F0FU) | (scales >> 2 & 0x30303030U),
                                  minima & 0x3F3F3F3FU,
                                  (both >> 4 & 0x0F0F0F0FU) | (minima >> 2 & 0x30303030U)};
  const FloatTag d;
  const auto numbers = hn::ConvertTo(d, loadBytes(reinterpret_cast<const std::uint8_t*>(words)));
  const auto units = hn::IfThenElse(hn::FirstN(d, 8), halfEverywhere(block), halfEverywhere(block + 2));
  hn::Store(hn::Mul(units, numbers), d, factors.values);
}

struct Q4KRows : BlockRows<DataType::Q4_K> {
  // Two groups share their bytes.
  static constexpr std::size_t kStep = 64;
  using Block = GroupFactors;
  struct Scale {
    FloatVector low;
    FloatVector high;
  };

  HWY_INLINE static void readBlock(const std::uint8_t* bytes, Block& block) {
    readScalesAndMinima(bytes, block);
  }
  HWY_INLINE static Scale scale(const std::uint8_t*, const Block& block, std::size_t k) {
    const float* of = block.values + k % 256 / 32;
    return {table(of[0], of[8]), table(of[1], of[9])};
  }
  HWY_INLINE static FloatVector load(const std::uint8_t* row, Scale scale, std::size_t k) {
    const IntegerVector pairs = loadBytes(blockAt(row, k) + 16 + k % 256 / 64 * 32 + k % 32);
    return k % 64 < 32 ? lookUp(scale.low, pairs) : lookUp(scale.high, hn::ShiftRight<4>(pairs));
  }

 private:
  HWY_INLINE static FloatVector table(float unit, float least) {
    const FloatTag d;
    return hn::Sub(hn::Mul(hn::Set(d, unit), hn::Iota(d, 0.0F)), hn::Set(d, least));
  }
};

struct Q5KRows : BlockRows<DataType::Q5_K> {
  using Block = GroupFactors;
  struct Scale {
    FloatVector unit;
    FloatVector least;
  };

  HWY_INLINE static void readBlock(const std::uint8_t* bytes, Block& block) {
    readScalesAndMinima(bytes, block);
  }
  HWY_INLINE static Scale scale(const std::uint8_t*, const Block& block, std::size_t k) {
    const float* of = block.values + k % 256 / 32;
    return {hn::Set(FloatTag(), of[0]), hn::Set(FloatTag(), of[8])};
  }
  HWY_INLINE static FloatVector load(const std::uint8_t* row, Scale scale, std::size_t k) {
    const std::uint8_t* block = blockAt(row, k);
    const IntegerTag d;
    const IntegerVector pairs = loadBytes(block + 48 + k % 256 / 64 * 32 + k % 32);
    const IntegerVector fifths = loadBytes(block + 16 + k % 32);
    const IntegerVector low =
        hn::And(hn::ShiftRightSame(pairs, static_cast<int>(k % 64 / 32 * 4)), hn::Set(d, 15));
    const IntegerVector high =
        hn::And(hn::ShiftLeft<4>(hn::ShiftRightSame(fifths, static_cast<int>(k % 256 / 32))), hn::Set(d, 16));
    return hn::Sub(hn::Mul(scale.unit, hn::ConvertTo(FloatTag(), hn::Or(low, high))), scale.least);
  }
};

struct Q6KRows : BlockRows<DataType::Q6_K> {
  // Groups are of 16: one vector.
  static constexpr std::size_t kStep = 16;
  using Block = GroupFactors;
  using Scale = FloatVector;

  HWY_INLINE static void readBlock(const std::uint8_t* bytes, Block& block) {
    const auto scales = loadTable(reinterpret_cast<const std::int8_t*>(bytes + 192));
    hn::Store(hn::Mul(halfEverywhere(bytes + 208), scales), FloatTag(), block.values);
  }
  HWY_INLINE static Scale scale(const std::uint8_t*, const Block& block, std::size_t k) {
    return hn::Set(FloatTag(), block.values[k % 256 / 16]);
  }
  HWY_INLINE static FloatVector load(const std::uint8_t* row, Scale scale, std::size_t k) {
    const std::uint8_t* block = blockAt(row, k);
    const std::size_t half = k % 256 / 128;
    const IntegerTag d;
    const IntegerVector lows = loadBytes(block + half * 64 + k % 64);
    const IntegerVector highs = loadBytes(block + 128 + half * 32 + k % 32);
    const IntegerVector low =
        hn::And(hn::ShiftRightSame(lows, static_cast<int>(k % 128 / 64 * 4)), hn::Set(d, 15));
    const IntegerVector high = hn::And(
        hn::ShiftLeft<4>(hn::ShiftRightSame(highs, static_cast<int>(k % 128 / 32 * 2))), hn::Set(d, 48));
    return hn::Mul(scale, hn::ConvertTo(FloatTag(), hn::Sub(hn::Or(low, high), hn::Set(d, 32))));
  }
};

struct IQ4XsRows : BlockRows<DataType::IQ4_XS> {
  using Scale = FloatVector;

  HWY_INLINE static Scale scale(const std::uint8_t* row, const Block&, std::size_t k) {
    const std::uint8_t* block = blockAt(row, k);
    const int unit = wideGroupScale(block, static_cast<int>(k % 256 / 32));
    return hn::Mul(hn::Mul(halfEverywhere(block), everywhere(unit)), loadTable(kUnevenValues));
  }
  HWY_INLINE static FloatVector load(const std::uint8_t* row, Scale table, std::size_t k) {
    const IntegerVector pairs = loadBytes(blockAt(row, k) + 8 + k % 256 / 32 * 16);
    return lookUp(table, k % 32 == 0 ? pairs : hn::ShiftRight<4>(pairs));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace zipage
HWY_AFTER_NAMESPACE();
#endif  // HWY_MAX_BYTES

#endif  // per-target include guard
