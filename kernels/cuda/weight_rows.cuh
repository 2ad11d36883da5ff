// Weights of every type, eight neighbouring elements at a time. Q8_0, Q4_K and Q6_K are repacked when they
// are loaded (repacked_rows.cuh); the other types lie as in files.
#pragma once

#include "kernels/cuda/block_values.cuh"
#include "kernels/cuda/repacked_rows.cuh"
#include "kernels/cuda/support.cuh"
#include "kernels/tensor.h"

namespace zipage::cuda {

/// F32, F16 and BF16.
template <typename T>
struct PlainRows {
  const T* data;
  std::int64_t columns;

  __device__ float one(std::int64_t row, int column) const { return widen(data[row * columns + column]); }
  /// For columns that are a multiple of 8.
  __device__ void eight(std::int64_t row, int column, float* to) const {
    loadWide<8>(data + row * columns + column, to);
  }
};

/// A type whose blocks lie as in files; Block says how long they are and what they hold.
template <typename Block>
struct BlockRows {
  const std::uint8_t* data;
  std::int64_t blocksPerRow;

  __device__ void eight(std::int64_t row, int column, float* to) const {
    const auto block = row * blocksPerRow + column / Block::kElements;
    Block::eight(data + block * Block::kBytes, column % Block::kElements, to);
  }
};

/// The same weight from row `first` on.
template <typename T>
PlainRows<T> rowsFrom(PlainRows<T> rows, std::int64_t first) {
  rows.data += first * rows.columns;
  return rows;
}
template <typename Block>
BlockRows<Block> rowsFrom(BlockRows<Block> rows, std::int64_t first) {
  rows.data += first * rows.blocksPerRow * Block::kBytes;
  return rows;
}
template <typename T>
PlainRows<T> plainRows(const ConstTensorView& weight) {
  return {static_cast<const T*>(weight.data), weight.columns};
}
template <typename Block>
BlockRows<Block> blockRows(const ConstTensorView& weight) {
  return {static_cast<const std::uint8_t*>(weight.data), weight.columns / Block::kElements};
}
/// Calls with the rows of this weight.
template <typename Call>
void withWeightRows(const ConstTensorView& weight, Call call) {
  switch (weight.type) {
    case DataType::F32:
      return call(plainRows<float>(weight));
    case DataType::F16:
      return call(plainRows<__half>(weight));
    case DataType::BF16:
      return call(plainRows<__nv_bfloat16>(weight));
    case DataType::Q8_0:
      return call(repackedQ8_0(weight));
    case DataType::Q4_0:
      return call(blockRows<BlockQ4_0>(weight));
    case DataType::Q4_1:
      return call(blockRows<BlockQ4_1>(weight));
    case DataType::Q5_0:
      return call(blockRows<BlockQ5_0>(weight));
    case DataType::Q5_1:
      return call(blockRows<BlockQ5_1>(weight));
    case DataType::Q2_K:
      return call(blockRows<BlockQ2_K>(weight));
    case DataType::Q3_K:
      return call(blockRows<BlockQ3_K>(weight));
    case DataType::Q4_K:
      return call(repackedQ4_K(weight));
    case DataType::Q5_K:
      return call(blockRows<BlockQ5_K>(weight));
    case DataType::Q6_K:
      return call(repackedQ6_K(weight));
    case DataType::IQ4_NL:
      return call(blockRows<BlockIQ4_NL>(weight));
    case DataType::IQ4_XS:
      return call(blockRows<BlockIQ4_XS>(weight));
    case DataType::MXFP4:
      return call(blockRows<BlockMXFP4>(weight));
  }
}

}  // namespace zipage::cuda
