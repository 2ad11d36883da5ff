// Writes the part of a GGUF file that stands before the tensors: metadata, and where each tensor will lie.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/gguf_types.h"

namespace zipage {

class GgufHeader {
 public:
  struct Tensor {
    std::string name;
    std::vector<std::int64_t> dimensions;  // fastest first
    DataType type;
    std::size_t offset = 0;  // from the start of the file, once finished

    std::size_t bytes() const;
  };

  void add(std::string_view key, std::uint32_t value);
  void add(std::string_view key, float value);
  void add(std::string_view key, std::string_view value);
  void add(std::string_view key, const std::vector<std::string>& values);
  void add(std::string_view key, const std::vector<std::int32_t>& values);
  void addTensor(std::string name, std::vector<std::int64_t> dimensions, DataType type);

  /// The header's bytes, padded; the tensors know their offsets afterwards.
  std::string finish();
  const std::vector<Tensor>& tensors() const { return m_tensors; }
  /// Of the whole file. REQUIRES: finish() has been called.
  std::size_t fileBytes() const { return m_fileBytes; }

 private:
  template <typename T>
  void put(T value);
  void putText(std::string_view text);
  void putKey(std::string_view key, GgufType type);

  std::string m_values;
  std::uint64_t m_numValues = 0;
  std::vector<Tensor> m_tensors;
  std::size_t m_fileBytes = 0;
};

}  // namespace zipage
