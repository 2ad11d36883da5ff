#include "kernels/cpu/row_products.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/row_products.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h

#include <hwy/highway.h>

#include "kernels/cpu/dot_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace zipage {
namespace HWY_NAMESPACE {

template <typename Element>
void productsWith(const float* inputs, std::size_t numInputs, const void* rows, std::size_t numRows,
                  std::size_t columns, float* results, std::size_t stride) {
  dotProducts(inputs, numInputs, PlainRows<Element>{static_cast<const Element*>(rows), columns}, 0, numRows,
              {results, stride});
}

void rowProductsOf(const float* inputs, std::size_t numInputs, const void* rows, DataType type,
                   std::size_t numRows, std::size_t columns, float* results, std::size_t stride) {
  switch (type) {
    case DataType::F32:
      return productsWith<float>(inputs, numInputs, rows, numRows, columns, results, stride);
    case DataType::F16:
      return productsWith<hwy::float16_t>(inputs, numInputs, rows, numRows, columns, results, stride);
    case DataType::BF16:
      return productsWith<hwy::bfloat16_t>(inputs, numInputs, rows, numRows, columns, results, stride);
    default:
      return;  // not a KV type
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace zipage
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace zipage {

HWY_EXPORT(rowProductsOf);

void rowProducts(const float* inputs, std::size_t numInputs, const void* rows, DataType type,
                 std::size_t numRows, std::size_t columns, float* results, std::size_t stride) {
  HWY_DYNAMIC_DISPATCH(rowProductsOf)(inputs, numInputs, rows, type, numRows, columns, results, stride);
}

}  // namespace zipage
#endif  // HWY_ONCE
