#include "engine/model/opened_weights.h"

#include <utility>

#include "engine/model/gguf_file.h"
#include "engine/model/model_loader.h"

namespace zipage {

Result<OpenedWeights> openWeights(const std::filesystem::path& path, Device& device) {
  auto file = GgufFile::open(path);
  if (!file) return tl::unexpected(file.error());
  auto config = readModelConfig(**file);
  if (!config) return tl::unexpected(config.error());
  auto loaded = loadWeights(**file, *config, device);
  if (!loaded) return tl::unexpected(loaded.error());
  return OpenedWeights{std::move(*file), std::move(*config), std::move(loaded->weights), loaded->bytes};
}

}  // namespace zipage
