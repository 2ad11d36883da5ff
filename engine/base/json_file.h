// A JSON file of limited size, parsed whole.
#pragma once

#include <filesystem>

#include <nlohmann/json.hpp>

#include "engine/base/result.h"

namespace zipage {

/// An object. NotFound or InvalidFile, naming the file, for one that cannot be read, is larger than 256 MiB
/// or is no JSON object.
Result<nlohmann::json> readJsonFile(const std::filesystem::path& path);

/// The file's bytes, with the same limit.
Result<std::string> readSmallFile(const std::filesystem::path& path);

}  // namespace zipage
