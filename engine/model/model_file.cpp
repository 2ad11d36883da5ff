#include "engine/model/model_file.h"

#include <utility>

#include "engine/base/json_file.h"
#include "engine/model/gguf_file.h"
#include "engine/model/hugging_face_config.h"
#include "engine/model/safetensors_folder.h"

namespace zipage {

namespace {

namespace fs = std::filesystem;

Result<ModelFile> openFolder(const fs::path& folder) {
  const auto json = readJsonFile(folder / "config.json");
  if (!json) return tl::unexpected(json.error());
  auto config = readHuggingFaceConfig(*json, (folder / "config.json").string());
  if (!config) return tl::unexpected(config.error());
  auto tensors = SafetensorsFolder::open(folder);
  if (!tensors) return tl::unexpected(tensors.error());
  return ModelFile{std::move(*config), std::move(*tensors)};
}

Result<ModelFile> openFile(const fs::path& path, ModelContents contents) {
  auto file = openGguf(path, contents);
  if (!file) return tl::unexpected(file.error());
  auto config = readModelConfig(**file);
  if (!config) return tl::unexpected(config.error());
  return ModelFile{std::move(*config), std::move(*file)};
}

}  // namespace

Result<ModelFile> openModelFile(const fs::path& path, ModelContents contents) {
  std::error_code error;
  return fs::is_directory(path, error) ? openFolder(path) : openFile(path, contents);
}

}  // namespace zipage
