// The element types a GGUF file can name, as its format numbers them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "kernels/tensor.h"

namespace zipage {

/// Types of metadata values.
enum class GgufType : std::uint32_t {
  Uint8 = 0,
  Int8 = 1,
  Uint16 = 2,
  Int16 = 3,
  Uint32 = 4,
  Int32 = 5,
  Float32 = 6,
  Bool = 7,
  String = 8,
  Array = 9,
  Uint64 = 10,
  Int64 = 11,
  Float64 = 12,
};
inline constexpr std::uint32_t kNumGgufTypes = 13;

/// "uint32", "string", …
const char* nameOf(GgufType type);
/// Bytes of one value; 0 for strings and arrays.
std::size_t scalarBytes(GgufType type);

/// How this program stores a tensor type of ggml; nothing for types it does not know.
std::optional<DataType> dataTypeOfGgml(std::uint32_t typeId);
/// "Q4_K"; "type 77" for numbers without a name here.
std::string nameOfGgmlType(std::uint32_t typeId);

}  // namespace zipage
