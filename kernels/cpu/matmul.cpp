// output = input · weightᵀ, with float inputs whatever the weight's type. Threads share out panels of
// outputs; dot_tile-inl.h says why no result depends on that.
//
// Weights in blocks of 256 are multiplied as integers, with inputs rounded to 14 bits (large_products-inl.h).
// Those in smaller blocks are widened exactly and inputs are not rounded: in registers where the inputs are
// few, a panel at a time into the cache where they are many. Both give the same bits.
#include "kernels/cpu/dequantise.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/rounded_block.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/matmul.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h

#include <hwy/highway.h>

#include "kernels/cpu/block_rows-inl.h"
#include "kernels/cpu/dot_tile-inl.h"
#include "kernels/cpu/large_products-inl.h"

HWY_BEFORE_NAMESPACE();
namespace zipage {
namespace HWY_NAMESPACE {

// From here on a panel is widened once, instead of once for every few inputs.
constexpr std::int64_t kManyInputs = 12;

template <class Rows, typename Element>
void panelOf(const MatmulArguments& a, std::size_t first, std::size_t last) {
  Rows rows;
  rows.first = static_cast<const Element*>(a.weight.data);
  rows.columns = static_cast<std::size_t>(a.weight.columns);
  dotProducts(static_cast<const float*>(a.input.data), static_cast<std::size_t>(a.input.rows), rows, first,
              last,
              {static_cast<float*>(a.output.data), static_cast<std::size_t>(a.output.columns),
               static_cast<const float*>(a.bias.data), a.accumulate});
}

/// The panel is widened once, into `wide` [last − first, columns], and then multiplied as floats.
void widenedPanel(const MatmulArguments& a, std::size_t first, std::size_t last, float* wide) {
  const auto columns = static_cast<std::size_t>(a.weight.columns);
  const std::size_t rowBytes = bytesOf(a.weight.type, a.weight.columns);
  dequantise(a.weight.type, static_cast<const std::uint8_t*>(a.weight.data) + first * rowBytes, wide,
             (last - first) * columns);
  const auto* bias = static_cast<const float*>(a.bias.data);
  dotProducts(static_cast<const float*>(a.input.data), static_cast<std::size_t>(a.input.rows),
              PlainRows<float>{wide, columns}, 0, last - first,
              {static_cast<float*>(a.output.data) + first, static_cast<std::size_t>(a.output.columns),
               bias == nullptr ? nullptr : bias + first, a.accumulate});
}

#if HWY_MAX_BYTES == 64
/// False: no rows of this type are widened in registers.
bool panelInRegisters(const MatmulArguments& a, std::size_t first, std::size_t last) {
  switch (a.weight.type) {
    case DataType::Q4_0:
      return panelOf<SmallPairRows<DataType::Q4_0>, std::uint8_t>(a, first, last), true;
    case DataType::Q4_1:
      return panelOf<SmallPairRows<DataType::Q4_1>, std::uint8_t>(a, first, last), true;
    case DataType::IQ4_NL:
      return panelOf<SmallPairRows<DataType::IQ4_NL>, std::uint8_t>(a, first, last), true;
    case DataType::MXFP4:
      return panelOf<SmallPairRows<DataType::MXFP4>, std::uint8_t>(a, first, last), true;
    case DataType::IQ4_XS:
      return panelOf<IQ4XsRows, std::uint8_t>(a, first, last), true;
    default:
      return false;
  }
}
#else
bool panelInRegisters(const MatmulArguments&, std::size_t, std::size_t) { return false; }
#endif

template <class Block>
void largePanel(const MatmulArguments& a, std::size_t first, std::size_t last, const PanelRoom& room) {
  const auto numInputs = static_cast<std::size_t>(a.input.rows);
  const auto numBlocks = static_cast<std::size_t>(a.weight.columns) / kLargeBlock;
  const auto* const weights = static_cast<const std::uint8_t*>(a.weight.data);
  const auto* const bias = static_cast<const float*>(a.bias.data);
  DotResults to{static_cast<float*>(a.output.data), static_cast<std::size_t>(a.output.columns), bias,
                a.accumulate};
  if (room.widened == nullptr)
    return largeProducts(room.rounded, numInputs, numBlocks, PackedRows<Block>{weights}, first, last, to);
  for (std::size_t b = 0; b < (last - first) * numBlocks; ++b)
    widenBlock<Block>(weights + (first * numBlocks + b) * Block::kBytes, room.widened[b]);
  to.data += first;
  to.bias = bias == nullptr ? nullptr : bias + first;
  largeProducts(room.rounded, numInputs, numBlocks,
                WidenedRows<Block>{reinterpret_cast<const std::uint8_t*>(room.widened)}, 0, last - first, to);
}

void quantisedPanel(const MatmulArguments& a, std::size_t first, std::size_t last, const PanelRoom& room) {
  switch (a.weight.type) {
    case DataType::Q4_K:
      return largePanel<Q4KBlock>(a, first, last, room);
    case DataType::Q5_K:
      return largePanel<Q5KBlock>(a, first, last, room);
    case DataType::Q6_K:
      return largePanel<Q6KBlock>(a, first, last, room);
    default:
      break;
  }
  const bool fewInputs = a.input.rows < kManyInputs;
  if (fewInputs && a.weight.type == DataType::Q8_0) return panelOf<Q8Rows, std::uint8_t>(a, first, last);
  if (fewInputs && panelInRegisters(a, first, last)) return;
  widenedPanel(a, first, last, room.wide);
}

/// Outputs first … last − 1 for all inputs.
void matmulPanel(const MatmulArguments& a, std::size_t first, std::size_t last, const PanelRoom& room) {
  switch (a.weight.type) {
    case DataType::F32:
      return panelOf<PlainRows<float>, float>(a, first, last);
    case DataType::F16:
      return panelOf<PlainRows<hwy::float16_t>, hwy::float16_t>(a, first, last);
    case DataType::BF16:
      return panelOf<PlainRows<hwy::bfloat16_t>, hwy::bfloat16_t>(a, first, last);
    default:
      return quantisedPanel(a, first, last, room);
  }
}

void roundInputs(const float* from, std::size_t numBlocks, RoundedBlock* to) {
  for (std::size_t b = 0; b < numBlocks; ++b) roundBlock(from + b * kLargeBlock, to[b]);
}

}  // namespace HWY_NAMESPACE
}  // namespace zipage
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>

namespace zipage {

HWY_EXPORT(matmulPanel);
HWY_EXPORT(roundInputs);

namespace cpu {

namespace {

// From here on large blocks are widened once, instead of once for every few inputs.
constexpr std::int64_t kManyRounded = 24;
// A panel of weights is read again for every few inputs, out of the second cache.
constexpr std::size_t kPanelBytes = 256 * 1024;

/// Outputs of one task: a panel that fits the cache, and at least three tasks for each thread.
std::size_t panelOutputs(std::size_t rowBytes, std::size_t outputs, int numThreads) {
  const std::size_t fitting = kPanelBytes / rowBytes;
  const std::size_t share = outputs / (3 * static_cast<std::size_t>(numThreads));
  return std::max<std::size_t>(std::min(fitting, numThreads > 1 ? share : fitting) / 16 * 16, 16);
}

const RoundedBlock* roundedInputs(CpuContext& context, const MatmulArguments& a) {
  const auto perRow = static_cast<std::size_t>(a.weight.columns) / kLargeBlock;
  auto* const rounded = reinterpret_cast<RoundedBlock*>(
      context.inputScratch(static_cast<std::size_t>(a.input.rows) * perRow * sizeof(RoundedBlock)));
  const auto* from = static_cast<const float*>(a.input.data);
  context.parallelFor(a.input.rows, a.input.rows * a.input.columns, [&](std::int64_t row, int) {
    const auto r = static_cast<std::size_t>(row);
    HWY_DYNAMIC_DISPATCH(roundInputs)(from + r * perRow * kLargeBlock, perRow, rounded + r * perRow);
  });
  return rounded;
}

}  // namespace

void matmul(CpuContext& context, const MatmulArguments& a) {
  const auto outputs = static_cast<std::size_t>(a.weight.rows);
  const auto columns = static_cast<std::size_t>(a.weight.columns);
  const bool rounds = roundsInputs(a.weight.type);
  const bool isWidened = rounds ? a.input.rows >= kManyRounded : isQuantised(a.weight.type);
  const std::size_t rowBytes = !isWidened ? bytesOf(a.weight.type, a.weight.columns)
                               : rounds   ? columns / kLargeBlock * sizeof(RoundedBlock)
                                          : columns * sizeof(float);
  const std::size_t panel = panelOutputs(rowBytes, outputs, context.numThreads());
  const RoundedBlock* const rounded = rounds ? roundedInputs(context, a) : nullptr;
  const std::int64_t work = a.input.rows * a.weight.rows * a.weight.columns;
  context.parallelFor(
      static_cast<std::int64_t>((outputs + panel - 1) / panel), work, [&](std::int64_t task, int thread) {
        const std::size_t first = static_cast<std::size_t>(task) * panel;
        float* const floats =
            isWidened ? context.threadScratch(thread, panel * rowBytes / sizeof(float)) : nullptr;
        const PanelRoom room{rounds ? nullptr : floats,
                             rounds ? reinterpret_cast<RoundedBlock*>(floats) : nullptr, rounded};
        HWY_DYNAMIC_DISPATCH(matmulPanel)(a, first, std::min(outputs, first + panel), room);
      });
}

}  // namespace cpu
}  // namespace zipage
#endif  // HWY_ONCE
