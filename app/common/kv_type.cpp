#include "app/common/kv_type.h"

#include <algorithm>
#include <utility>

namespace zipage {

namespace {

// A new one needs a line here, and a place in the DeviceInfo of the devices that have it.
constexpr std::pair<std::string_view, DataType> kTypes[] = {
    {"f32", DataType::F32}, {"f16", DataType::F16}, {"bf16", DataType::BF16}, {"q8_0", DataType::Q8_0}};

std::string_view nameOf(DataType type) {
  const auto found = std::ranges::find(kTypes, type, &std::pair<std::string_view, DataType>::second);
  return found == std::end(kTypes) ? layoutOf(type).name : found->first;
}

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

}  // namespace

std::vector<std::string> kvTypeNames() {
  std::vector<std::string> names = {"auto"};
  for (const auto& [name, type] : kTypes) names.emplace_back(name);
  return names;
}

Result<std::optional<DataType>> kvTypeFromName(std::string_view name) {
  if (name == "auto") return std::nullopt;
  for (const auto& [known, type] : kTypes) {
    if (name == known) return type;
  }
  return failure(ErrorCode::InvalidArgument, "keys and values are not kept as \"" + std::string(name) +
                                                 "\"; there are: " + listed(kvTypeNames()));
}

Result<DataType> kvTypeOn(const DeviceInfo& device, std::optional<DataType> wanted) {
  if (!wanted) return device.kvType;
  if (std::ranges::find(device.kvTypes, *wanted) != device.kvTypes.end()) return *wanted;
  std::vector<std::string> names;
  for (const DataType type : device.kvTypes) names.emplace_back(nameOf(type));
  return failure(ErrorCode::Unsupported, "the device " + device.name + " cannot keep keys and values as " +
                                             std::string(nameOf(*wanted)) + "; it can as " + listed(names));
}

}  // namespace zipage
