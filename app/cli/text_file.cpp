#include "app/cli/text_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace zipage {

Result<std::string> readTextFile(const std::string& name) {
  std::error_code error;
  std::ifstream file(name, std::ios::binary);
  if (!file.is_open() || std::filesystem::is_directory(name, error))
    return failure(ErrorCode::NotFound, name + ": cannot be read");
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

}  // namespace zipage
