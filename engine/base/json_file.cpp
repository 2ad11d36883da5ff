#include "engine/base/json_file.h"

#include <fstream>
#include <sstream>

namespace zipage {

namespace {

constexpr std::uintmax_t kMaxBytes = 256U << 20;
constexpr int kMostNesting = 200;  // copies and destructors of values go down by recursion

bool isNestedTooDeeply(const std::string& text) {
  int depth = 0;
  bool isInText = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char character = text[i];
    if (isInText && character == '\\') {
      ++i;
    } else if (character == '"') {
      isInText = !isInText;
    } else if (!isInText && (character == '[' || character == '{')) {
      if (++depth > kMostNesting) return true;
    } else if (!isInText && (character == ']' || character == '}')) {
      --depth;
    }
  }
  return false;
}

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
  if (isNestedTooDeeply(*text))
    return failure(ErrorCode::InvalidFile, path.string() + ": is nested too deeply");
  auto json = nlohmann::json::parse(*text, nullptr, false);
  if (json.is_discarded() || !json.is_object())
    return failure(ErrorCode::InvalidFile, path.string() + ": is not a valid JSON object");
  return json;
}

}  // namespace zipage
