// Shapes and element types of what lies in device memory. Plain data: nothing here owns, allocates or
// computes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace zipage {

/// How elements are stored. Quantised types store blocks of `elementsPerBlock` along a row, as ggml defines
/// them; only weights are.
enum class DataType : std::uint8_t {
  F32,
  F16,
  BF16,
  Q8_0,
  Q4_0,
  Q4_1,
  Q5_0,
  Q5_1,
  Q2_K,
  Q3_K,
  Q4_K,
  Q5_K,
  Q6_K,
  IQ4_NL,
  IQ4_XS,
  MXFP4,
};

struct DataTypeLayout {
  const char* name;
  int elementsPerBlock;
  int bytesPerBlock;
};

constexpr DataTypeLayout layoutOf(DataType type) {
  switch (type) {
    case DataType::F32:
      return {"F32", 1, 4};
    case DataType::F16:
      return {"F16", 1, 2};
    case DataType::BF16:
      return {"BF16", 1, 2};
    case DataType::Q8_0:
      return {"Q8_0", 32, 34};
    case DataType::Q4_0:
      return {"Q4_0", 32, 18};
    case DataType::Q4_1:
      return {"Q4_1", 32, 20};
    case DataType::Q5_0:
      return {"Q5_0", 32, 22};
    case DataType::Q5_1:
      return {"Q5_1", 32, 24};
    case DataType::Q2_K:
      return {"Q2_K", 256, 84};
    case DataType::Q3_K:
      return {"Q3_K", 256, 110};
    case DataType::Q4_K:
      return {"Q4_K", 256, 144};
    case DataType::Q5_K:
      return {"Q5_K", 256, 176};
    case DataType::Q6_K:
      return {"Q6_K", 256, 210};
    case DataType::IQ4_NL:
      return {"IQ4_NL", 32, 18};
    case DataType::IQ4_XS:
      return {"IQ4_XS", 256, 136};
    case DataType::MXFP4:
      return {"MXFP4", 32, 17};
  }
  return {"unknown", 1, 0};
}

constexpr bool isQuantised(DataType type) { return layoutOf(type).elementsPerBlock > 1; }

/// Bytes of `numElements` consecutive elements; `numElements` is a multiple of the type's block.
constexpr std::size_t bytesOf(DataType type, std::int64_t numElements) {
  const DataTypeLayout layout = layoutOf(type);
  return static_cast<std::size_t>(numElements / layout.elementsPerBlock) * layout.bytesPerBlock;
}

/// A row-major matrix [rows, columns] without gaps. A vector is one row. Null data means absent.
struct ConstTensorView {
  const void* data = nullptr;
  DataType type = DataType::F32;
  std::int64_t rows = 0;
  std::int64_t columns = 0;

  constexpr explicit operator bool() const { return data != nullptr; }
  constexpr std::size_t bytes() const { return static_cast<std::size_t>(rows) * bytesOf(type, columns); }
};

struct TensorView {
  void* data = nullptr;
  DataType type = DataType::F32;
  std::int64_t rows = 0;
  std::int64_t columns = 0;

  constexpr explicit operator bool() const { return data != nullptr; }
  constexpr std::size_t bytes() const { return static_cast<std::size_t>(rows) * bytesOf(type, columns); }
  constexpr operator ConstTensorView() const { return {data, type, rows, columns}; }
};

}  // namespace zipage
