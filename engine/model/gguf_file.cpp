#include "engine/model/gguf_file.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <new>

#include "engine/model/gguf_reader.h"

namespace zipage {

namespace {

template <typename T>
T scalar(std::span<const std::byte> bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

/// Nothing for values that are no integers or do not fit.
std::optional<std::int64_t> integerOf(const GgufValue& value) {
  switch (value.type) {
    case GgufType::Uint8:
      return scalar<std::uint8_t>(value.bytes);
    case GgufType::Int8:
      return scalar<std::int8_t>(value.bytes);
    case GgufType::Uint16:
      return scalar<std::uint16_t>(value.bytes);
    case GgufType::Int16:
      return scalar<std::int16_t>(value.bytes);
    case GgufType::Uint32:
      return scalar<std::uint32_t>(value.bytes);
    case GgufType::Int32:
      return scalar<std::int32_t>(value.bytes);
    case GgufType::Int64:
      return scalar<std::int64_t>(value.bytes);
    case GgufType::Uint64: {
      const auto number = scalar<std::uint64_t>(value.bytes);
      if (number > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
      return static_cast<std::int64_t>(number);
    }
    default:
      return std::nullopt;
  }
}

std::string_view textOf(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <typename T>
std::vector<T> elementsOf(const GgufValue& value) {
  std::vector<T> elements(static_cast<std::size_t>(value.count));
  if (!elements.empty()) std::memcpy(elements.data(), value.bytes.data(), value.bytes.size());
  return elements;
}

}  // namespace

Result<std::shared_ptr<const GgufFile>> GgufFile::open(const std::filesystem::path& path) {
  auto mapped = MappedFile::open(path);
  if (!mapped) return tl::unexpected(mapped.error());
  const auto bytes = (*mapped)->bytes();
  return read(bytes, path.string(), std::move(*mapped));
}

Result<std::shared_ptr<const GgufFile>> GgufFile::parse(std::span<const std::byte> bytes, std::string name,
                                                        std::shared_ptr<const void> owner) {
  return read(bytes, std::move(name), std::move(owner));
}

Result<std::shared_ptr<const GgufFile>> GgufFile::read(std::span<const std::byte> bytes, std::string name,
                                                       std::shared_ptr<const void> owner) {
  try {
    std::shared_ptr<GgufFile> file(new GgufFile);
    file->m_name = std::move(name);
    file->m_owner = std::move(owner);
    if (auto read = GgufReader(bytes, *file).read(); !read) return tl::unexpected(read.error());
    return std::shared_ptr<const GgufFile>(std::move(file));
  } catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, "no memory for the list of contents of a model file");
  }
}

const GgufValue* GgufFile::find(std::string_view key) const {
  const auto found = m_values.find(key);
  return found == m_values.end() ? nullptr : &found->second;
}

Result<const GgufValue*> GgufFile::findArray(std::string_view key) const {
  const GgufValue* const value = find(key);
  if (value != nullptr && value->type != GgufType::Array) return wrongType(key, *value, "an array");
  return value;
}

Result<std::optional<std::int64_t>> GgufFile::integer(std::string_view key) const {
  const GgufValue* const value = find(key);
  if (value == nullptr) return std::nullopt;
  const auto number = integerOf(*value);
  if (!number) return wrongType(key, *value, "an integer of 63 bits");
  return number;
}

Result<std::optional<double>> GgufFile::number(std::string_view key) const {
  const GgufValue* const value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->type == GgufType::Float32) return scalar<float>(value->bytes);
  if (value->type == GgufType::Float64) return scalar<double>(value->bytes);
  const auto number = integerOf(*value);
  if (!number) return wrongType(key, *value, "a number");
  return static_cast<double>(*number);
}

Result<std::optional<bool>> GgufFile::boolean(std::string_view key) const {
  const GgufValue* const value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->type != GgufType::Bool) return wrongType(key, *value, "true or false");
  return scalar<std::uint8_t>(value->bytes) != 0;
}

Result<std::optional<std::string_view>> GgufFile::string(std::string_view key) const {
  const GgufValue* const value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->type != GgufType::String) return wrongType(key, *value, "a text");
  return textOf(value->bytes);
}

Result<std::optional<std::vector<std::string_view>>> GgufFile::strings(std::string_view key) const {
  const auto value = findArray(key);
  if (!value) return tl::unexpected(value.error());
  if (*value == nullptr) return std::nullopt;
  if ((*value)->elementType != GgufType::String) return wrongType(key, **value, "an array of texts");
  ByteCursor cursor((*value)->bytes);
  std::vector<std::string_view> texts;
  texts.reserve(static_cast<std::size_t>((*value)->count));
  while (const auto text = cursor.readString()) texts.push_back(*text);
  return texts;
}

Result<std::optional<std::vector<float>>> GgufFile::floats(std::string_view key) const {
  const auto value = findArray(key);
  if (!value) return tl::unexpected(value.error());
  if (*value == nullptr) return std::nullopt;
  if ((*value)->elementType != GgufType::Float32) return wrongType(key, **value, "an array of float32");
  return elementsOf<float>(**value);
}

Result<std::optional<std::vector<std::int32_t>>> GgufFile::int32s(std::string_view key) const {
  const auto value = findArray(key);
  if (!value) return tl::unexpected(value.error());
  if (*value == nullptr) return std::nullopt;
  if ((*value)->elementType != GgufType::Int32 && (*value)->elementType != GgufType::Uint32) {
    return wrongType(key, **value, "an array of int32");
  }
  return elementsOf<std::int32_t>(**value);
}

const GgufTensor* GgufFile::findTensor(std::string_view name) const {
  const auto found = m_tensors.find(name);
  return found == m_tensors.end() ? nullptr : &found->second;
}

std::optional<SourceTensor> GgufFile::tensor(std::string_view name) const {
  const GgufTensor* const found = findTensor(name);
  if (found == nullptr) return std::nullopt;
  return SourceTensor{found->numDimensions, found->columns, found->rows, found->view,
                      nameOfGgmlType(found->typeId)};
}

std::vector<std::string> GgufFile::tensorNames() const {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : m_tensors) names.emplace_back(name);
  return names;
}

tl::unexpected<Error> GgufFile::wrongType(std::string_view key, const GgufValue& value,
                                          const char* wanted) const {
  std::string found = nameOf(value.type);
  if (value.type == GgufType::Array) found += std::string(" of ") + nameOf(value.elementType);
  return invalid("\"" + std::string(key) + "\" is of type " + found + ", not " + wanted);
}

}  // namespace zipage
