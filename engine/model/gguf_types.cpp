#include "engine/model/gguf_types.h"

#include <array>

namespace zipage {

namespace {

struct GgufTypeFacts {
  const char* name;
  std::size_t bytes;
};

constexpr std::array<GgufTypeFacts, kNumGgufTypes> kGgufTypes = {{
    {"uint8", 1},
    {"int8", 1},
    {"uint16", 2},
    {"int16", 2},
    {"uint32", 4},
    {"int32", 4},
    {"float32", 4},
    {"bool", 1},
    {"string", 0},
    {"array", 0},
    {"uint64", 8},
    {"int64", 8},
    {"float64", 8},
}};

// Null: a number that was never given out or has been withdrawn.
constexpr std::array<const char*, 40> kGgmlTypes = {
    "F32",    "F16",   "Q4_0",  "Q4_1",   nullptr, nullptr, "Q5_0",    "Q5_1",   "Q8_0",    "Q8_1",
    "Q2_K",   "Q3_K",  "Q4_K",  "Q5_K",   "Q6_K",  "Q8_K",  "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S",
    "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8",    "I16",   "I32",     "I64",    "F64",     "IQ1_M",
    "BF16",   nullptr, nullptr, nullptr,  "TQ1_0", "TQ2_0", nullptr,   nullptr,  nullptr,   "MXFP4",
};

}  // namespace

const char* nameOf(GgufType type) { return kGgufTypes[static_cast<std::size_t>(type)].name; }

std::size_t scalarBytes(GgufType type) { return kGgufTypes[static_cast<std::size_t>(type)].bytes; }

std::optional<DataType> dataTypeOfGgml(std::uint32_t typeId) {
  switch (typeId) {
    case 0:
      return DataType::F32;
    case 1:
      return DataType::F16;
    case 2:
      return DataType::Q4_0;
    case 3:
      return DataType::Q4_1;
    case 6:
      return DataType::Q5_0;
    case 7:
      return DataType::Q5_1;
    case 8:
      return DataType::Q8_0;
    case 10:
      return DataType::Q2_K;
    case 11:
      return DataType::Q3_K;
    case 12:
      return DataType::Q4_K;
    case 13:
      return DataType::Q5_K;
    case 14:
      return DataType::Q6_K;
    case 20:
      return DataType::IQ4_NL;
    case 23:
      return DataType::IQ4_XS;
    case 30:
      return DataType::BF16;
    case 39:
      return DataType::MXFP4;
    default:
      return std::nullopt;
  }
}

std::string nameOfGgmlType(std::uint32_t typeId) {
  if (typeId < kGgmlTypes.size() && kGgmlTypes[typeId] != nullptr) return kGgmlTypes[typeId];
  return "type " + std::to_string(typeId);
}

}  // namespace zipage
