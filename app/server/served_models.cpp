#include "app/server/served_models.h"

#include <algorithm>

#include "app/common/model_finder.h"

namespace zipage {

std::string servedName(const std::filesystem::path& path) {
  std::string name = nameFromPath(path);
  constexpr std::string_view kBetween = " · ";
  if (const std::size_t at = name.find(kBetween); at != std::string::npos)
    name.replace(at, kBetween.size(), "/");
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

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
