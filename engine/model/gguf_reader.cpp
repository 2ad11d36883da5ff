#include "engine/model/gguf_reader.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <vector>

namespace zipage {

namespace {

constexpr std::uint32_t kMagic = 0x46554747;         // "GGUF"
constexpr std::uint32_t kBigEndianThree = 3U << 24;  // version 3 as the other byte order writes it
constexpr std::uint32_t kOldestVersion = 2;
constexpr std::uint32_t kNewestVersion = 3;
constexpr std::uint32_t kMaxDimensions = 4;
constexpr std::uint64_t kMaxNameBytes = 65535;
constexpr std::uint64_t kMaxAlignment = 1U << 20;
// The least a value (empty key, type, one byte) and a tensor info (empty name, one dimension) take: what a
// count costs.
constexpr std::uint64_t kLeastValueBytes = 13;
constexpr std::uint64_t kLeastTensorBytes = 32;

std::string quoted(std::string_view name) { return "\"" + std::string(name.substr(0, 200)) + "\""; }

}  // namespace

Result<void> GgufReader::read() {
  if (auto header = readHeader(); !header) return header;
  for (std::uint64_t index = 0; index < m_numValues; ++index) {
    if (auto value = readValue(); !value) return value;
  }
  if (auto alignment = readAlignment(); !alignment) return alignment;
  for (std::uint64_t index = 0; index < m_numTensors; ++index) {
    if (auto tensor = readTensorInfo(); !tensor) return tensor;
  }
  return placeTensors();
}

Result<void> GgufReader::readHeader() {
  const auto magic = m_cursor.read<std::uint32_t>();
  if (!magic || *magic != kMagic) return m_file.invalid("this is not a GGUF file");
  const auto version = m_cursor.read<std::uint32_t>();
  if (!version) return cutOff("the version");
  if (*version == kBigEndianThree) return m_file.unsupported("is a big-endian GGUF file");
  if (*version < kOldestVersion || *version > kNewestVersion) {
    return m_file.unsupported("GGUF version " + std::to_string(*version) +
                              " is not known; versions 2 and 3 are");
  }
  const auto numTensors = m_cursor.read<std::uint64_t>();
  const auto numValues = m_cursor.read<std::uint64_t>();
  if (!numTensors || !numValues) return cutOff("the header");
  if (*numValues > m_cursor.remaining() / kLeastValueBytes) {
    return m_file.invalid("claims " + std::to_string(*numValues) +
                          " metadata values, more than it has room for");
  }
  if (*numTensors > m_cursor.remaining() / kLeastTensorBytes) {
    return m_file.invalid("claims " + std::to_string(*numTensors) + " tensors, more than it has room for");
  }
  m_file.m_version = *version;
  m_numTensors = *numTensors;
  m_numValues = *numValues;
  return {};
}

Result<void> GgufReader::readValue() {
  const auto key = m_cursor.readString();
  if (!key) return cutOff("a metadata key");
  if (key->empty() || key->size() > kMaxNameBytes) {
    return m_file.invalid("a metadata key has " + std::to_string(key->size()) + " bytes");
  }
  const auto type = readType(*key);
  if (!type) return tl::unexpected(type.error());
  const auto value = *type == GgufType::Array ? readArray(*key) : readPayload(*key, *type);
  if (!value) return tl::unexpected(value.error());
  if (!m_file.m_values.emplace(*key, *value).second)
    return m_file.invalid("has the key " + quoted(*key) + " twice");
  return {};
}

Result<GgufType> GgufReader::readType(std::string_view key) {
  const auto type = m_cursor.read<std::uint32_t>();
  if (!type) return cutOff("the type of " + quoted(key));
  if (*type >= kNumGgufTypes) {
    return m_file.invalid("the value of " + quoted(key) + " has the unknown type " + std::to_string(*type));
  }
  return static_cast<GgufType>(*type);
}

Result<GgufValue> GgufReader::readPayload(std::string_view key, GgufType type) {
  GgufValue value;
  value.type = type;
  if (type == GgufType::String) {
    const auto text = m_cursor.readString();
    if (!text) return cutOff("the text of " + quoted(key));
    value.bytes = std::as_bytes(std::span(*text));
    return value;
  }
  const auto bytes = m_cursor.take(scalarBytes(type));
  if (!bytes) return cutOff("the value of " + quoted(key));
  value.bytes = *bytes;
  return value;
}

Result<GgufValue> GgufReader::readArray(std::string_view key) {
  const auto elementType = readType(key);
  if (!elementType) return tl::unexpected(elementType.error());
  if (*elementType == GgufType::Array)
    return m_file.unsupported("the array " + quoted(key) + " holds arrays");
  const auto count = m_cursor.read<std::uint64_t>();
  if (!count) return cutOff("the length of the array " + quoted(key));

  const std::size_t elementBytes =
      *elementType == GgufType::String ? sizeof(std::uint64_t) : scalarBytes(*elementType);
  if (*count > m_cursor.remaining() / elementBytes) {
    return m_file.invalid("the array " + quoted(key) + " claims " + std::to_string(*count) +
                          " elements, more than the file has room for");
  }
  const std::size_t start = m_cursor.offset();
  if (*elementType == GgufType::String) {
    for (std::uint64_t index = 0; index < *count; ++index) {
      if (!m_cursor.readString())
        return cutOff("element " + std::to_string(index) + " of the array " + quoted(key));
    }
  } else if (!m_cursor.take(*count * elementBytes)) {
    return cutOff("the array " + quoted(key));
  }
  return GgufValue{GgufType::Array, *elementType, *count, m_bytes.subspan(start, m_cursor.offset() - start)};
}

Result<void> GgufReader::readAlignment() {
  const auto alignment = m_file.integer("general.alignment");
  if (!alignment) return tl::unexpected(alignment.error());
  if (!*alignment) return {};
  const std::int64_t bytes = **alignment;
  // A multiple of 8 as the format wants it: weights are read in place, so their elements must be aligned.
  if (bytes < 8 || bytes > static_cast<std::int64_t>(kMaxAlignment) ||
      !std::has_single_bit(static_cast<std::uint64_t>(bytes))) {
    return m_file.invalid("general.alignment is " + std::to_string(bytes) +
                          ", not a power of two from 8 to 1048576");
  }
  m_alignment = static_cast<std::uint64_t>(bytes);
  return {};
}

Result<void> GgufReader::readTensorInfo() {
  const auto name = m_cursor.readString();
  if (!name) return cutOff("the name of a tensor");
  if (name->empty() || name->size() > kMaxNameBytes) {
    return m_file.invalid("the name of a tensor has " + std::to_string(name->size()) + " bytes");
  }
  GgufTensor tensor;
  tensor.name = *name;
  if (auto dimensions = readDimensions(tensor); !dimensions) return dimensions;
  const auto typeId = m_cursor.read<std::uint32_t>();
  const auto offset = m_cursor.read<std::uint64_t>();
  if (!typeId || !offset) return cutOff("the description of tensor " + quoted(*name));
  tensor.typeId = *typeId;
  if (!m_file.m_tensors.emplace(*name, tensor).second)
    return m_file.invalid("has the tensor " + quoted(*name) + " twice");
  m_offsets.emplace(*name, *offset);
  return {};
}

Result<void> GgufReader::readDimensions(GgufTensor& tensor) {
  const auto count = m_cursor.read<std::uint32_t>();
  if (!count) return cutOff("the shape of tensor " + quoted(tensor.name));
  if (*count < 1 || *count > kMaxDimensions) {
    return m_file.invalid("tensor " + quoted(tensor.name) + " has " + std::to_string(*count) + " dimensions");
  }
  constexpr std::int64_t kMost =
      std::numeric_limits<std::int64_t>::max() / 8;  // bytes and products stay in range
  std::int64_t numElements = 1;
  tensor.numDimensions = static_cast<int>(*count);
  for (std::uint32_t dimension = 0; dimension < *count; ++dimension) {
    const auto extent = m_cursor.read<std::uint64_t>();
    if (!extent) return cutOff("the shape of tensor " + quoted(tensor.name));
    if (*extent == 0 || *extent > static_cast<std::uint64_t>(kMost / numElements)) {
      return m_file.invalid("tensor " + quoted(tensor.name) + " has a dimension of " +
                            std::to_string(*extent));
    }
    numElements *= static_cast<std::int64_t>(*extent);
    if (dimension == 0) tensor.columns = static_cast<std::int64_t>(*extent);
  }
  tensor.rows = numElements / tensor.columns;
  return {};
}

Result<void> GgufReader::placeTensors() {
  if (m_numTensors == 0) return {};
  const std::uint64_t start = (m_cursor.offset() + m_alignment - 1) / m_alignment * m_alignment;
  if (start > m_bytes.size()) return cutOff("the padding before the tensors");
  m_data = m_bytes.subspan(static_cast<std::size_t>(start));
  for (auto& [name, tensor] : m_file.m_tensors) {
    if (auto placed = placeTensor(tensor, m_offsets.at(name)); !placed) return placed;
  }
  return checkOverlaps();
}

Result<void> GgufReader::placeTensor(GgufTensor& tensor, std::uint64_t offset) {
  if (offset % m_alignment != 0) {
    return m_file.invalid("tensor " + quoted(tensor.name) + " starts at " + std::to_string(offset) +
                          ", which is not aligned to " + std::to_string(m_alignment));
  }
  if (offset > m_data.size())
    return m_file.invalid("tensor " + quoted(tensor.name) + " starts behind the end of the file");
  const auto type = dataTypeOfGgml(tensor.typeId);
  if (!type) return {};
  if (tensor.columns % layoutOf(*type).elementsPerBlock != 0) {
    return m_file.invalid("tensor " + quoted(tensor.name) + " has rows of " + std::to_string(tensor.columns) +
                          " elements, " + "which are no whole blocks of " + layoutOf(*type).name);
  }
  const ConstTensorView view{m_data.data() + offset, *type, tensor.rows, tensor.columns};
  if (view.bytes() > m_data.size() - offset) {
    return m_file.invalid("tensor " + quoted(tensor.name) +
                          " ends behind the end of the file: the file is cut off or lies");
  }
  tensor.view = view;
  return {};
}

Result<void> GgufReader::checkOverlaps() const {
  std::vector<const GgufTensor*> placed;
  for (const auto& [name, tensor] : m_file.m_tensors) {
    if (tensor.view) placed.push_back(&tensor);
  }
  std::ranges::sort(placed, {}, [](const GgufTensor* tensor) { return tensor->view.data; });
  for (std::size_t index = 1; index < placed.size(); ++index) {
    const ConstTensorView& before = placed[index - 1]->view;
    if (static_cast<const std::byte*>(before.data) + before.bytes() > placed[index]->view.data) {
      return m_file.invalid("the tensors " + quoted(placed[index - 1]->name) + " and " +
                            quoted(placed[index]->name) + " overlap");
    }
  }
  return {};
}

tl::unexpected<Error> GgufReader::cutOff(const std::string& where) const {
  return m_file.invalid("ends in the middle of " + where);
}

}  // namespace zipage
