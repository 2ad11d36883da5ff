// Plain loops, compiled once per Highway target: the compiler vectorises them, and as nothing is summed and
// no product and sum are fused, each target gives the same bits.
#include "kernels/cpu/dequantise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/dequantise.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h

#include <hwy/highway.h>

#include "kernels/cpu/dequantise_large-inl.h"
#include "kernels/cpu/dequantise_small-inl.h"

HWY_BEFORE_NAMESPACE();
namespace zipage {
namespace HWY_NAMESPACE {

template <DataType kType, void (*dequantiseBlock)(const std::uint8_t*, float*)>
void dequantiseBlocks(const void* blocks, float* output, std::size_t count) {
  constexpr DataTypeLayout kLayout = layoutOf(kType);
  const auto* block = static_cast<const std::uint8_t*>(blocks);
  for (std::size_t i = 0; i < count; i += kLayout.elementsPerBlock, block += kLayout.bytesPerBlock) {
    dequantiseBlock(block, output + i);
  }
}

void dequantiseOf(DataType type, const void* blocks, float* output, std::size_t count) {
  switch (type) {
    case DataType::F32:
    case DataType::F16:
    case DataType::BF16:
      return;
    case DataType::Q8_0:
      return dequantiseBlocks<DataType::Q8_0, dequantiseQ8_0>(blocks, output, count);
    case DataType::Q4_0:
      return dequantiseBlocks<DataType::Q4_0, dequantiseQ4_0>(blocks, output, count);
    case DataType::Q4_1:
      return dequantiseBlocks<DataType::Q4_1, dequantiseQ4_1>(blocks, output, count);
    case DataType::Q5_0:
      return dequantiseBlocks<DataType::Q5_0, dequantiseQ5_0>(blocks, output, count);
    case DataType::Q5_1:
      return dequantiseBlocks<DataType::Q5_1, dequantiseQ5_1>(blocks, output, count);
    case DataType::Q2_K:
      return dequantiseBlocks<DataType::Q2_K, dequantiseQ2_K>(blocks, output, count);
    case DataType::Q3_K:
      return dequantiseBlocks<DataType::Q3_K, dequantiseQ3_K>(blocks, output, count);
    case DataType::Q4_K:
      return dequantiseBlocks<DataType::Q4_K, dequantiseQ4_K>(blocks, output, count);
    case DataType::Q5_K:
      return dequantiseBlocks<DataType::Q5_K, dequantiseQ5_K>(blocks, output, count);
    case DataType::Q6_K:
      return dequantiseBlocks<DataType::Q6_K, dequantiseQ6_K>(blocks, output, count);
    case DataType::IQ4_NL:
      return dequantiseBlocks<DataType::IQ4_NL, dequantiseIQ4_NL>(blocks, output, count);
    case DataType::IQ4_XS:
      return dequantiseBlocks<DataType::IQ4_XS, dequantiseIQ4_XS>(blocks, output, count);
    case DataType::MXFP4:
      return dequantiseBlocks<DataType::MXFP4, dequantiseMXFP4>(blocks, output, count);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace zipage
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace zipage {

HWY_EXPORT(dequantiseOf);

void dequantise(DataType type, const void* blocks, float* output, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(dequantiseOf)(type, blocks, output, count);
}

}  // namespace zipage
#endif  // HWY_ONCE
