#include "engine/base/json_file.h"

#include <fstream>
#include <sstream>

namespace zipage {

namespace {

constexpr std::uintmax_t kMaxBytes = 256U << 20;

}  // namespace

Result<std::string> readSmallFile(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return failure(ErrorCode::NotFound, path.string() + ": cannot be read");
  if (size > kMaxBytes) return failure(ErrorCode::InvalidFile, path.string() + ": is too large");
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

Result<nlohmann::json> readJsonFile(const std::filesystem::path& path) {
  const auto text = readSmallFile(path);
  if (!text) return tl::unexpected(text.error());
  auto json = nlohmann::json::parse(*text, nullptr, false);
  if (json.is_discarded() || !json.is_object())
    return failure(ErrorCode::InvalidFile, path.string() + ": is not a valid JSON object");
  return json;
}

}  // namespace zipage
