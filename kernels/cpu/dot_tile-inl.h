// Dot products of float rows with stored rows, for matmul, attention and the compression's scores. Included
// once per Highway target.
//
// A result is one accumulator of vector lanes from the first column to the last, then one fixed tree over the
// lanes, in whatever tile it is computed: it depends on its two rows and on nothing else, to the last bit.
// Tiles of up to kMaxInputs × 4 results share each load.
#if defined(ZIPAGE_KERNELS_CPU_DOT_TILE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ZIPAGE_KERNELS_CPU_DOT_TILE_INL_H
#undef ZIPAGE_KERNELS_CPU_DOT_TILE_INL_H
#else
#define ZIPAGE_KERNELS_CPU_DOT_TILE_INL_H
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/cpu/block_fields.h"

HWY_BEFORE_NAMESPACE();
namespace zipage {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using FloatTag = hn::ScalableTag<float>;
using FloatVector = hn::Vec<FloatTag>;

constexpr std::size_t kLanes = HWY_LANES(float);
// Accumulators of a tile are kMaxInputs · 4 registers, of 32 with AVX-512 and 16 without.
constexpr int kMaxInputs = kLanes >= 16 ? 4 : 3;

HWY_INLINE FloatVector loadWide(const float* from) { return hn::LoadU(FloatTag(), from); }

template <typename Half>
HWY_INLINE FloatVector loadWide(const Half* from) {
  return hn::PromoteTo(FloatTag(), hn::LoadU(hn::Rebind<Half, FloatTag>(), from));
}

/// The half at `bytes`.
HWY_INLINE float halfScalar(const std::uint8_t* bytes) {
  using Quad = hn::Full128<float>;
  const hn::Rebind<std::uint16_t, Quad> bits;
  const hn::Rebind<hwy::float16_t, Quad> halves;
  return hn::GetLane(hn::PromoteTo(Quad(), hn::BitCast(halves, hn::Set(bits, shortAt(bytes)))));
}

/// Rows of F32, F16 or BF16.
template <typename Element>
struct PlainRows {
  static constexpr std::size_t kStep = kLanes;
  static constexpr bool kPrefetched = true;
  static constexpr std::size_t kFetched = 64 / sizeof(Element);  // columns
  struct Scale {};

  const Element* first;
  std::size_t columns;

  HWY_INLINE const Element* row(std::size_t index) const { return first + index * columns; }
  HWY_INLINE static const Element* blockAt(const Element* row, std::size_t k) { return row + k; }
  HWY_INLINE static Scale scale(const Element*, std::size_t) { return {}; }
  HWY_INLINE static FloatVector load(const Element* row, Scale, std::size_t k) { return loadWide(row + k); }
  /// The last `count` < kLanes columns, then zeros: nothing behind a row is read, the next page may not be
  /// mapped.
  HWY_INLINE static FloatVector loadRest(const Element* row, std::size_t k, std::size_t count) {
    HWY_ALIGN Element rest[kLanes] = {};
    std::memcpy(static_cast<void*>(rest), row + k, count * sizeof(Element));
    return loadWide(rest);
  }
};

/// Rows of Q8_0: blocks of an F16 scale and 32 int8.
struct Q8Rows {
  static constexpr std::size_t kStep = 32;
  static constexpr bool kPrefetched = true;
  static constexpr std::size_t kFetched = 32;
  static constexpr std::size_t kBlockBytes = 34;
  using Scale = FloatVector;

  const std::uint8_t* first;
  std::size_t columns;

  HWY_INLINE const std::uint8_t* row(std::size_t index) const {
    return first + index * (columns / 32 * kBlockBytes);
  }
  HWY_INLINE static const std::uint8_t* blockAt(const std::uint8_t* row, std::size_t k) {
    return row + k / 32 * kBlockBytes;
  }
  HWY_INLINE static Scale scale(const std::uint8_t* row, std::size_t k) {
    // Loads three neighbours along, which are of the same block.
    using Quad = hn::Full128<float>;
    const auto* half = reinterpret_cast<const hwy::float16_t*>(row + k / 32 * kBlockBytes);
    return hn::Set(FloatTag(),
                   hn::GetLane(hn::PromoteTo(Quad(), hn::LoadU(hn::Rebind<hwy::float16_t, Quad>(), half))));
  }
  HWY_INLINE static FloatVector load(const std::uint8_t* row, Scale scale, std::size_t k) {
    const hn::Rebind<std::int8_t, FloatTag> bytes;
    const hn::Rebind<std::int32_t, FloatTag> integers;
    const auto* quants = reinterpret_cast<const std::int8_t*>(row + k / 32 * kBlockBytes + 2 + k % 32);
    return hn::Mul(scale, hn::ConvertTo(FloatTag(), hn::PromoteTo(integers, hn::LoadU(bytes, quants))));
  }
  HWY_INLINE static FloatVector loadRest(const std::uint8_t*, std::size_t, std::size_t) {
    return hn::Zero(FloatTag());
  }
};

template <class D>
HWY_INLINE auto foldToQuad(D d, hn::Vec<D> v) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    return v;
  } else {
    const hn::Half<D> half;
    return foldToQuad(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}

/// The sums over the lanes of four vectors, each by the same tree.
HWY_INLINE hn::Vec<hn::Full128<float>> sumsOfFour(FloatVector a, FloatVector b, FloatVector c,
                                                  FloatVector d) {
  const FloatTag tag;
  const hn::Full128<float> quad;
  const auto qa = foldToQuad(tag, a), qb = foldToQuad(tag, b), qc = foldToQuad(tag, c),
             qd = foldToQuad(tag, d);
  const auto ab = hn::Add(hn::InterleaveLower(quad, qa, qb), hn::InterleaveUpper(quad, qa, qb));
  const auto cd = hn::Add(hn::InterleaveLower(quad, qc, qd), hn::InterleaveUpper(quad, qc, qd));
  return hn::Add(hn::ConcatLowerLower(quad, cd, ab), hn::ConcatUpperUpper(quad, cd, ab));
}

/// Where results go: data[input · stride + output], bias[output] added where there is one, old value where
/// wanted.
struct DotResults {
  float* data;
  std::size_t stride;
  const float* bias = nullptr;
  bool accumulate = false;
};

HWY_INLINE void storeFour(hn::Vec<hn::Full128<float>> sums, const DotResults& to, std::size_t input,
                          std::size_t output) {
  const hn::Full128<float> quad;
  float* place = to.data + input * to.stride + output;
  if (to.bias != nullptr) sums = hn::Add(sums, hn::LoadU(quad, to.bias + output));
  if (to.accumulate) sums = hn::Add(hn::LoadU(quad, place), sums);
  hn::StoreU(sums, quad, place);
}

HWY_INLINE void storeOne(hn::Vec<hn::Full128<float>> sums, const DotResults& to, std::size_t input,
                         std::size_t output) {
  float* place = to.data + input * to.stride + output;
  float sum = hn::GetLane(sums);
  if (to.bias != nullptr) sum += to.bias[output];
  *place = to.accumulate ? *place + sum : sum;
}

/// Rows input … input + kInputs − 1 of `inputs` [.., columns] with stored rows output … output + kOutputs
/// − 1.
template <int kInputs, int kOutputs, class Rows>
HWY_INLINE void dotTile(const float* HWY_RESTRICT inputs, const Rows& rows, std::size_t input,
                        std::size_t output, const DotResults& to) {
  const FloatTag d;
  const std::size_t columns = rows.columns;
  const float* HWY_RESTRICT in = inputs + input * columns;
  FloatVector sums[kInputs][kOutputs];
  for (int i = 0; i < kInputs; ++i) {
    for (int o = 0; o < kOutputs; ++o) sums[i][o] = hn::Zero(d);
  }
  std::size_t k = 0;
  for (; k + Rows::kStep <= columns; k += Rows::kStep) {
    if constexpr (Rows::kPrefetched && kInputs == 1) {
      // Small rows end before the processor has noticed that they are read in order.
      if (k % Rows::kFetched == 0) {
        for (int o = 0; o < kOutputs; ++o) hwy::Prefetch(Rows::blockAt(rows.row(output + kOutputs + o), k));
      }
    }
    typename Rows::Scale scales[kOutputs];
    for (int o = 0; o < kOutputs; ++o) scales[o] = Rows::scale(rows.row(output + o), k);
    for (std::size_t v = 0; v < Rows::kStep; v += kLanes) {
      FloatVector x[kInputs];
      for (int i = 0; i < kInputs; ++i) x[i] = hn::LoadU(d, in + i * columns + k + v);
      for (int o = 0; o < kOutputs; ++o) {
        const FloatVector w = Rows::load(rows.row(output + o), scales[o], k + v);
        for (int i = 0; i < kInputs; ++i) sums[i][o] = hn::MulAdd(x[i], w, sums[i][o]);
      }
    }
  }
  if (k < columns) {
    for (int o = 0; o < kOutputs; ++o) {
      const FloatVector w = Rows::loadRest(rows.row(output + o), k, columns - k);
      for (int i = 0; i < kInputs; ++i) {
        const FloatVector x = PlainRows<float>::loadRest(in + i * columns, k, columns - k);
        sums[i][o] = hn::MulAdd(x, w, sums[i][o]);
      }
    }
  }
  for (int i = 0; i < kInputs; ++i) {
    if constexpr (kOutputs == 1) {
      storeOne(sumsOfFour(sums[i][0], hn::Zero(d), hn::Zero(d), hn::Zero(d)), to, input + i, output);
    } else {
      for (int o = 0; o < kOutputs; o += 4) {
        storeFour(sumsOfFour(sums[i][o], sums[i][o + 1], sums[i][o + 2], sums[i][o + 3]), to, input + i,
                  output + o);
      }
    }
  }
}

template <int kInputs, class Rows>
HWY_INLINE void dotOutputs(const float* inputs, const Rows& rows, std::size_t input, std::size_t first,
                           std::size_t last, const DotResults& to) {
  std::size_t output = first;
  if constexpr (kInputs == 1) {
    // One input row alone has too few accumulators to hide the latency of an addition.
    for (; output + 8 <= last; output += 8) dotTile<1, 8>(inputs, rows, input, output, to);
  }
  for (; output + 4 <= last; output += 4) dotTile<kInputs, 4>(inputs, rows, input, output, to);
  for (; output < last; ++output) dotTile<kInputs, 1>(inputs, rows, input, output, to);
}

/// All of `inputs` [numInputs, columns] with stored rows first … last − 1, a few inputs at a time: they stay
/// in the first cache while the stored rows pass.
template <class Rows>
void dotProducts(const float* inputs, std::size_t numInputs, const Rows& rows, std::size_t first,
                 std::size_t last, const DotResults& to) {
  std::size_t input = 0;
  for (std::size_t left = numInputs; left > 0; left = numInputs - input) {
    // Even shares: of 5 inputs 3 and 2, not 4 and 1.
    const std::size_t tiles = (left + kMaxInputs - 1) / kMaxInputs;
    const std::size_t count = (left + tiles - 1) / tiles;
    switch (count) {
      case 1:
        dotOutputs<1>(inputs, rows, input, first, last, to);
        break;
      case 2:
        dotOutputs<2>(inputs, rows, input, first, last, to);
        break;
      case 3:
        dotOutputs<3>(inputs, rows, input, first, last, to);
        break;
      default:
        dotOutputs<kMaxInputs>(inputs, rows, input, first, last, to);
        break;
    }
    input += count;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace zipage
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
