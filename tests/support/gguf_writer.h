// Builds GGUF files for tests, honest ones and, where a test overrides something, lying ones.
#pragma once

#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/gguf_types.h"

namespace zipage::test {

struct WrittenTensor {
  std::string name;
  std::vector<std::uint64_t> dimensions;  // fastest first
  std::uint32_t typeId = 0;
  std::string bytes;
  std::optional<std::uint64_t> claimedOffset;  // instead of the true one
};

class GgufWriter {
 public:
  std::uint32_t version = 3;
  std::string magic = "GGUF";
  std::uint64_t alignment = 32;
  std::optional<std::uint64_t> claimedValues;
  std::optional<std::uint64_t> claimedTensors;

  template <typename T>
  static void append(std::string& out, T value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out.append(bytes, sizeof value);
  }
  static void appendString(std::string& out, std::string_view text) {
    append<std::uint64_t>(out, text.size());
    out.append(text);
  }

  /// A value of any kind: its type and its payload as it lies in the file.
  GgufWriter& raw(std::string_view key, std::uint32_t type, std::string_view payload) {
    appendString(m_values, key);
    append(m_values, type);
    m_values.append(payload);
    ++m_numValues;
    return *this;
  }
  GgufWriter& uint32(std::string_view key, std::uint32_t value) {
    return scalar(key, GgufType::Uint32, value);
  }
  GgufWriter& int32(std::string_view key, std::int32_t value) { return scalar(key, GgufType::Int32, value); }
  GgufWriter& uint64(std::string_view key, std::uint64_t value) {
    return scalar(key, GgufType::Uint64, value);
  }
  GgufWriter& float32(std::string_view key, float value) { return scalar(key, GgufType::Float32, value); }
  GgufWriter& boolean(std::string_view key, bool value) {
    return scalar(key, GgufType::Bool, std::uint8_t{value});
  }
  GgufWriter& string(std::string_view key, std::string_view value) {
    std::string payload;
    appendString(payload, value);
    return raw(key, static_cast<std::uint32_t>(GgufType::String), payload);
  }
  GgufWriter& strings(std::string_view key, const std::vector<std::string>& values) {
    std::string payload = arrayHead(GgufType::String, values.size());
    for (const std::string& value : values) appendString(payload, value);
    return raw(key, static_cast<std::uint32_t>(GgufType::Array), payload);
  }
  GgufWriter& floats(std::string_view key, const std::vector<float>& values) {
    return array(key, GgufType::Float32, values);
  }
  GgufWriter& int32s(std::string_view key, const std::vector<std::int32_t>& values) {
    return array(key, GgufType::Int32, values);
  }
  /// The start of an array's payload, for arrays that lie about the rest.
  static std::string arrayHead(GgufType type, std::uint64_t count) {
    std::string payload;
    append(payload, static_cast<std::uint32_t>(type));
    append(payload, count);
    return payload;
  }

  WrittenTensor& tensor(std::string name, std::vector<std::uint64_t> dimensions, std::uint32_t typeId,
                        std::string bytes) {
    return m_tensors.emplace_back(
        WrittenTensor{std::move(name), std::move(dimensions), typeId, std::move(bytes), {}});
  }
  std::vector<WrittenTensor>& tensors() { return m_tensors; }

  std::string bytes() const {
    std::string out = magic;
    append(out, version);
    append<std::uint64_t>(out, claimedTensors.value_or(m_tensors.size()));
    append<std::uint64_t>(out, claimedValues.value_or(m_numValues));
    out += m_values;
    std::string blob;
    for (const WrittenTensor& tensor : m_tensors) {
      pad(blob);
      appendInfo(out, tensor, blob.size());
      blob += tensor.bytes;
    }
    if (!m_tensors.empty()) pad(out);
    return out + blob;
  }

  void write(const std::string& path) const {
    const std::string whole = bytes();
    std::ofstream(path, std::ios::binary).write(whole.data(), static_cast<std::streamsize>(whole.size()));
  }

 private:
  template <typename T>
  GgufWriter& scalar(std::string_view key, GgufType type, T value) {
    std::string payload;
    append(payload, value);
    return raw(key, static_cast<std::uint32_t>(type), payload);
  }
  template <typename T>
  GgufWriter& array(std::string_view key, GgufType type, const std::vector<T>& values) {
    std::string payload = arrayHead(type, values.size());
    for (const T value : values) append(payload, value);
    return raw(key, static_cast<std::uint32_t>(GgufType::Array), payload);
  }
  void pad(std::string& out) const { out.resize((out.size() + alignment - 1) / alignment * alignment, '\0'); }
  static void appendInfo(std::string& out, const WrittenTensor& tensor, std::uint64_t offset) {
    appendString(out, tensor.name);
    append(out, static_cast<std::uint32_t>(tensor.dimensions.size()));
    for (const std::uint64_t extent : tensor.dimensions) append(out, extent);
    append(out, tensor.typeId);
    append(out, tensor.claimedOffset.value_or(offset));
  }

  std::string m_values;
  std::uint64_t m_numValues = 0;
  std::vector<WrittenTensor> m_tensors;
};

inline std::span<const std::byte> bytesOf(const std::string& text) { return std::as_bytes(std::span(text)); }

}  // namespace zipage::test
