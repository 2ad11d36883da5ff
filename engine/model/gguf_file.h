// A GGUF file (versions 2 and 3), read in place. Opening walks all of the metadata and the list of tensors
// once and checks every length, count, type and offset, so that what is handed out later lies inside the
// file. What the values mean is for others to check. Const and safe to share between threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/gguf_types.h"
#include "engine/model/mapped_file.h"
#include "engine/model/tensor_source.h"
#include "kernels/tensor.h"

namespace zipage {

/// A metadata value in place; `bytes` are those of the scalar, of the string, or of all elements of the
/// array.
struct GgufValue {
  GgufType type = GgufType::Uint8;
  GgufType elementType = GgufType::Uint8;  // of an array
  std::uint64_t count = 1;                 // elements of an array
  std::span<const std::byte> bytes;
};

/// A tensor in place. `columns` is the fastest dimension; the others are multiplied into `rows`.
struct GgufTensor {
  std::string_view name;
  std::uint32_t typeId = 0;  // as ggml numbers it
  int numDimensions = 1;
  std::int64_t columns = 0;
  std::int64_t rows = 1;
  ConstTensorView view;  // null when this program does not know the type
};

class GgufFile final : public TensorSource {
 public:
  /// Maps and checks a file. Every error names the path and what is wrong.
  static Result<std::shared_ptr<const GgufFile>> open(const std::filesystem::path& path);
  /// The same for bytes that `owner` keeps, or that outlive the result; `name` stands for the path in errors.
  static Result<std::shared_ptr<const GgufFile>> parse(std::span<const std::byte> bytes, std::string name,
                                                       std::shared_ptr<const void> owner = nullptr);

  const std::string& name() const override { return m_name; }
  TensorNaming naming() const override { return TensorNaming::Gguf; }
  std::optional<SourceTensor> tensor(std::string_view name) const override;
  std::vector<std::string> tensorNames() const override;
  std::uint32_t version() const { return m_version; }

  // Metadata by key: nothing where the key is absent; InvalidFile, naming the key, where the value is of
  // another kind.
  bool contains(std::string_view key) const { return m_values.contains(key); }
  /// Any integer type; one that no int64 can hold is an error.
  Result<std::optional<std::int64_t>> integer(std::string_view key) const;
  /// Any integer or floating-point type.
  Result<std::optional<double>> number(std::string_view key) const;
  Result<std::optional<bool>> boolean(std::string_view key) const;
  Result<std::optional<std::string_view>> string(std::string_view key) const;
  Result<std::optional<std::vector<std::string_view>>> strings(std::string_view key) const;
  Result<std::optional<std::vector<float>>> floats(std::string_view key) const;  // array of float32
  Result<std::optional<std::vector<std::int32_t>>> int32s(
      std::string_view key) const;  // array of int32 or uint32

  /// Null: there is no such tensor.
  const GgufTensor* findTensor(std::string_view name) const;
  std::size_t numTensors() const { return m_tensors.size(); }

  const std::map<std::string_view, GgufTensor>& tensors() const { return m_tensors; }

 private:
  friend class GgufReader;
  GgufFile() = default;

  static Result<std::shared_ptr<const GgufFile>> read(std::span<const std::byte> bytes, std::string name,
                                                      std::shared_ptr<const void> owner);
  const GgufValue* find(std::string_view key) const;
  Result<const GgufValue*> findArray(std::string_view key) const;
  tl::unexpected<Error> wrongType(std::string_view key, const GgufValue& value, const char* wanted) const;

  std::string m_name;
  std::uint32_t m_version = 0;
  std::shared_ptr<const void> m_owner;  // null: the bytes belong to the caller of parse()
  std::map<std::string_view, GgufValue> m_values;
  std::map<std::string_view, GgufTensor> m_tensors;
};

}  // namespace zipage
