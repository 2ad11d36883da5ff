#include "engine/model/safetensors_folder.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/base/json_file.h"

namespace zipage {

namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxHeader = 100'000'000;  // bytes, as the format's own library has it
constexpr std::size_t kMostDimensions = 8;
constexpr std::int64_t kMaxElements = std::int64_t{1} << 48;

std::optional<DataType> dataTypeOf(std::string_view name) {
  if (name == "F32") return DataType::F32;
  if (name == "F16") return DataType::F16;
  if (name == "BF16") return DataType::BF16;
  return std::nullopt;
}

struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  friend bool operator<(const Range& a, const Range& b) { return a.begin < b.begin; }
};

/// Reads the header of one file.
class HeaderReader {
 public:
  HeaderReader(std::span<const std::byte> bytes, const std::string& file) : m_bytes(bytes), m_file(file) {}

  Result<Json> header() {
    std::uint64_t length = 0;
    if (m_bytes.size() < sizeof length) return bad("is too short for a safetensors file");
    std::memcpy(&length, m_bytes.data(), sizeof length);
    if (length > kMaxHeader || length > m_bytes.size() - sizeof length)
      return bad("claims a header of " + std::to_string(length) + " bytes");
    const auto* text = reinterpret_cast<const char*>(m_bytes.data()) + sizeof length;
    m_data = m_bytes.subspan(sizeof length + length);
    Json json = Json::parse(text, text + length, nullptr, false);
    if (json.is_discarded() || !json.is_object()) return bad("its header is not valid JSON");
    return json;
  }

  Result<SourceTensor> tensor(const std::string& name, const Json& entry) {
    SourceTensor tensor;
    if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string())
      return bad("the tensor \"" + name + "\" has no type");
    tensor.typeName = entry["dtype"].get<std::string>();
    if (auto shape = readShape(name, entry, tensor); !shape) return tl::unexpected(shape.error());
    const auto range = readRange(name, entry);
    if (!range) return tl::unexpected(range.error());
    const auto type = dataTypeOf(tensor.typeName);
    if (!type) return tensor;  // an error only for a model that needs it
    const ConstTensorView view{m_data.data() + range->begin, *type, tensor.rows, tensor.columns};
    if (view.bytes() != range->end - range->begin)
      return bad("the tensor \"" + name + "\" has " + std::to_string(range->end - range->begin) +
                 " bytes for " + std::to_string(tensor.rows) + " x " + std::to_string(tensor.columns) +
                 " of " + tensor.typeName);
    if (reinterpret_cast<std::uintptr_t>(view.data) % static_cast<unsigned>(layoutOf(*type).bytesPerBlock) !=
        0)
      return bad("the tensor \"" + name + "\" does not lie where its elements can be read");
    if (view.bytes() > 0) tensor.view = view;
    return tensor;
  }

  Result<void> checkOverlaps() {
    for (auto next = m_ranges.begin(); next != m_ranges.end(); ++next) {
      if (next != m_ranges.begin() && std::prev(next)->end > next->begin)
        return bad("has tensors that overlap");
    }
    return {};
  }

 private:
  tl::unexpected<Error> bad(const std::string& what) const {
    return failure(ErrorCode::InvalidFile, m_file + ": " + what);
  }

  Result<void> readShape(const std::string& name, const Json& entry, SourceTensor& tensor) {
    const auto shape = entry.find("shape");
    if (shape == entry.end() || !shape->is_array() || shape->size() > kMostDimensions)
      return bad("the tensor \"" + name + "\" has no shape");
    tensor.numDimensions = std::max<int>(1, static_cast<int>(shape->size()));
    tensor.columns = 1;
    for (std::size_t i = 0; i < shape->size(); ++i) {
      const Json& size = (*shape)[i];
      if (!size.is_number_unsigned() || size.get<std::uint64_t>() > kMaxElements)
        return bad("the tensor \"" + name + "\" has a shape that is not valid");
      const auto count = size.get<std::int64_t>();
      if (count > 0 && tensor.rows > kMaxElements / count)
        return bad("the tensor \"" + name + "\" claims more elements than any file holds");
      (i + 1 == shape->size() ? tensor.columns : tensor.rows) *= count;
      if (tensor.rows > kMaxElements ||
          (count > 0 && tensor.rows > 0 && tensor.columns > kMaxElements / tensor.rows))
        return bad("the tensor \"" + name + "\" claims more elements than any file holds");
    }
    return {};
  }

  Result<Range> readRange(const std::string& name, const Json& entry) {
    const auto offsets = entry.find("data_offsets");
    const bool isPair = offsets != entry.end() && offsets->is_array() && offsets->size() == 2 &&
                        (*offsets)[0].is_number_unsigned() && (*offsets)[1].is_number_unsigned();
    if (!isPair) return bad("the tensor \"" + name + "\" has no place");
    const Range range{(*offsets)[0].get<std::uint64_t>(), (*offsets)[1].get<std::uint64_t>()};
    if (range.begin > range.end || range.end > m_data.size())
      return bad("the tensor \"" + name + "\" lies outside the file, which may be cut off");
    if (range.begin < range.end) m_ranges.insert(range);
    return range;
  }

  std::span<const std::byte> m_bytes;
  std::span<const std::byte> m_data;
  const std::string& m_file;
  std::multiset<Range> m_ranges;
};

}  // namespace

Result<std::shared_ptr<const SafetensorsFolder>> SafetensorsFolder::open(
    const std::filesystem::path& folder) {
  auto made = std::make_shared<SafetensorsFolder>();
  made->m_name = folder.string();
  const auto files = made->listFiles(folder);
  if (!files) return tl::unexpected(files.error());
  for (const auto& file : *files) {
    if (auto added = made->addFile(file); !added) return tl::unexpected(added.error());
  }
  return made;
}

Result<std::shared_ptr<const SafetensorsFolder>> SafetensorsFolder::parse(std::span<const std::byte> bytes,
                                                                          std::string name) {
  auto made = std::make_shared<SafetensorsFolder>();
  made->m_name = std::move(name);
  if (auto added = made->addTensors(bytes, made->m_name); !added) return tl::unexpected(added.error());
  return made;
}

std::optional<SourceTensor> SafetensorsFolder::tensor(std::string_view name) const {
  const auto found = m_tensors.find(name);
  return found == m_tensors.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> SafetensorsFolder::tensorNames() const {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : m_tensors) names.push_back(name);
  return names;
}

Result<std::vector<std::filesystem::path>> SafetensorsFolder::listFiles(
    const std::filesystem::path& folder) const {
  std::error_code error;
  const auto single = folder / "model.safetensors";
  if (std::filesystem::exists(single, error)) return std::vector{single};
  const auto indexFile = folder / "model.safetensors.index.json";
  if (!std::filesystem::exists(indexFile, error))
    return failure(ErrorCode::NotFound,
                   m_name + ": has neither model.safetensors nor model.safetensors.index.json");
  const auto index = readJsonFile(indexFile);
  if (!index) return tl::unexpected(index.error());
  const auto map = index->find("weight_map");
  if (map == index->end() || !map->is_object())
    return failure(ErrorCode::InvalidFile, indexFile.string() + ": has no \"weight_map\"");
  std::set<std::string> names;
  for (const auto& [tensor, file] : map->items()) {
    const std::string name = file.is_string() ? file.get<std::string>() : "";
    // A name with a folder in it would leave this one.
    if (name.empty() || std::filesystem::path(name).filename() != name)
      return failure(ErrorCode::InvalidFile, indexFile.string() + ": \"" + tensor + "\" lies in no file");
    names.insert(name);
  }
  std::vector<std::filesystem::path> files;
  for (const std::string& name : names) files.push_back(folder / name);
  return files;
}

Result<void> SafetensorsFolder::addFile(const std::filesystem::path& path) {
  auto file = MappedFile::open(path);
  if (!file) return tl::unexpected(file.error());
  m_files.push_back(*file);
  return addTensors((*file)->bytes(), path.string());
}

Result<void> SafetensorsFolder::addTensors(std::span<const std::byte> bytes, const std::string& file) {
  HeaderReader reader(bytes, file);
  const auto header = reader.header();
  if (!header) return tl::unexpected(header.error());
  for (const auto& [name, entry] : header->items()) {
    if (name == "__metadata__") continue;
    auto tensor = reader.tensor(name, entry);
    if (!tensor) return tl::unexpected(tensor.error());
    m_tensors.insert_or_assign(name, std::move(*tensor));
  }
  return reader.checkOverlaps();
}

}  // namespace zipage
