#include "app/server/served_models.h"

namespace zipage {

ApiResult<std::shared_ptr<ServedEngine>> ServedModels::find(const std::string& name) const {
  if (name.empty()) return m_engines.front();
  std::string known;
  for (const auto& engine : m_engines) {
    const std::string id = engine->id();
    if (id == name) return engine;
    known += (known.empty() ? "\"" : ", \"") + id + "\"";
  }
  ApiError error;
  error.status = 404;
  error.code = "model_not_found";
  error.param = "model";
  error.message = "there is no model \"" + name + "\"; there is " + known;
  return tl::unexpected(error);
}

}  // namespace zipage
