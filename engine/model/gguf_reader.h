// Parses the head of a GGUF file into a GgufFile. Used by GgufFile only.
//
//   magic "GGUF" · version u32 · number of tensors u64 · number of values u64 · values · tensor infos ·
//   padding · data value: key string · type u32 · payload            (array payload: element type u32 · count
//   u64 · elements) tensor info: name string · number of dimensions u32 · dimensions u64 each, fastest first
//   · type u32 · offset u64
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/model/byte_cursor.h"
#include "engine/model/gguf_file.h"

namespace zipage {

class GgufReader {
 public:
  GgufReader(std::span<const std::byte> bytes, GgufFile& file)
      : m_bytes(bytes), m_cursor(bytes), m_file(file) {}

  /// Fills the file.
  Result<void> read();

 private:
  Result<void> readHeader();
  Result<void> readValue();
  Result<GgufType> readType(std::string_view key);
  Result<GgufValue> readPayload(std::string_view key, GgufType type);
  Result<GgufValue> readArray(std::string_view key);
  Result<void> readTensorInfo();
  Result<void> readDimensions(GgufTensor& tensor);
  Result<void> readAlignment();
  Result<void> placeTensors();
  Result<void> placeTensor(GgufTensor& tensor, std::uint64_t offset);
  Result<void> checkOverlaps() const;
  tl::unexpected<Error> cutOff(const std::string& where) const;

  std::span<const std::byte> m_bytes;
  ByteCursor m_cursor;
  GgufFile& m_file;
  std::uint64_t m_numTensors = 0;
  std::uint64_t m_numValues = 0;
  std::uint64_t m_alignment = 32;
  std::span<const std::byte> m_data;
  std::map<std::string_view, std::uint64_t> m_offsets;  // of the tensors, from the start of the data
};

}  // namespace zipage
