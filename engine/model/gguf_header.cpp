#include "engine/model/gguf_header.h"

#include <cstring>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/rounded_up.h"

namespace zipage {

namespace {

constexpr std::uint32_t kVersion = 3;
constexpr std::size_t kAlignment = 32;

std::size_t aligned(std::size_t bytes) { return roundedUp(bytes, kAlignment); }

std::uint32_t typeIdOf(DataType type) {
  constexpr std::uint32_t kMostIds = 64;
  for (std::uint32_t id = 0; id < kMostIds; ++id) {
    if (dataTypeOfGgml(id) == type) return id;
  }
  ZIPAGE_CHECK(false, "every type of weights has a number in GGUF");
  return 0;
}

}  // namespace

std::size_t GgufHeader::Tensor::bytes() const {
  std::int64_t elements = 1;
  for (const std::int64_t extent : dimensions) elements *= extent;
  return bytesOf(type, elements);
}

template <typename T>
void GgufHeader::put(T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  m_values.append(bytes, sizeof value);
}

void GgufHeader::putText(std::string_view text) {
  put<std::uint64_t>(text.size());
  m_values.append(text);
}

void GgufHeader::putKey(std::string_view key, GgufType type) {
  putText(key);
  put(static_cast<std::uint32_t>(type));
  ++m_numValues;
}

void GgufHeader::add(std::string_view key, std::uint32_t value) {
  putKey(key, GgufType::Uint32);
  put(value);
}

void GgufHeader::add(std::string_view key, float value) {
  putKey(key, GgufType::Float32);
  put(value);
}

void GgufHeader::add(std::string_view key, std::string_view value) {
  putKey(key, GgufType::String);
  putText(value);
}

void GgufHeader::add(std::string_view key, const std::vector<std::string>& values) {
  putKey(key, GgufType::Array);
  put(static_cast<std::uint32_t>(GgufType::String));
  put<std::uint64_t>(values.size());
  for (const std::string& value : values) putText(value);
}

void GgufHeader::add(std::string_view key, const std::vector<std::int32_t>& values) {
  putKey(key, GgufType::Array);
  put(static_cast<std::uint32_t>(GgufType::Int32));
  put<std::uint64_t>(values.size());
  for (const std::int32_t value : values) put(value);
}

void GgufHeader::addTensor(std::string name, std::vector<std::int64_t> dimensions, DataType type) {
  m_tensors.push_back({std::move(name), std::move(dimensions), type});
}

std::string GgufHeader::finish() {
  const std::string values = std::exchange(m_values, {});
  m_values = "GGUF";
  put(kVersion);
  put<std::uint64_t>(m_tensors.size());
  put(m_numValues);
  m_values += values;
  std::size_t offset = 0;
  for (Tensor& tensor : m_tensors) {
    putText(tensor.name);
    put(static_cast<std::uint32_t>(tensor.dimensions.size()));
    for (const std::int64_t extent : tensor.dimensions) put(static_cast<std::uint64_t>(extent));
    put(typeIdOf(tensor.type));
    put<std::uint64_t>(offset);
    tensor.offset = offset;
    offset += aligned(tensor.bytes());
  }
  m_values.resize(aligned(m_values.size()), '\0');
  for (Tensor& tensor : m_tensors) tensor.offset += m_values.size();
  m_fileBytes = m_values.size() + offset;
  return std::exchange(m_values, {});
}

}  // namespace zipage
