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
  return hn::Set(FloatTag(), halfScalar(bytes));
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
  static constexpr std::size_t kFetched = 32;

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

  HWY_INLINE static Scale scale(const std::uint8_t* row, std::size_t k) {
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

struct IQ4XsRows : BlockRows<DataType::IQ4_XS> {
  using Scale = FloatVector;

  HWY_INLINE static Scale scale(const std::uint8_t* row, std::size_t k) {
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
