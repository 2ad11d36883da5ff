#include "engine/model/opened_weights.h"

#include <utility>

#include "engine/model/model_file.h"
#include "engine/model/model_loader.h"

namespace zipage {

Result<OpenedWeights> openWeights(const std::filesystem::path& path, Device& device) {
  auto model = openModelFile(path);
  if (!model) return tl::unexpected(model.error());
  auto loaded = loadWeights(*model->tensors, model->config, device);
  if (!loaded) return tl::unexpected(loaded.error());
  return OpenedWeights{std::move(model->tensors), std::move(model->config), std::move(loaded->weights),
                       loaded->bytes};
}

}  // namespace zipage
