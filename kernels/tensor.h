// Shapes and element types of what lies in device memory. Plain data: nothing here owns, allocates or
// computes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace zipage {

/// How elements are stored. Quantised types store blocks of `elementsPerBlock` along a row.
enum class DataType : std::uint8_t { F32, F16, BF16, Q8_0 };

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
  }
  return {"unknown", 1, 0};
}

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
