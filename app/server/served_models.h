// The engines behind one server, by the names that clients use.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/server/api_error.h"
#include "app/server/served_engine.h"

namespace zipage {

/// What clients call the model at `path`: what people call it, without white space.
std::string servedName(const std::filesystem::path& path);

class ServedModels {
 public:
  /// At least one; the first answers requests that name none.
  explicit ServedModels(std::vector<std::shared_ptr<ServedEngine>> engines) : m_engines(std::move(engines)) {}

  /// 404, with the names there are.
  ApiResult<std::shared_ptr<ServedEngine>> find(const std::string& name) const;
  const std::vector<std::shared_ptr<ServedEngine>>& all() const { return m_engines; }

 private:
  std::vector<std::shared_ptr<ServedEngine>> m_engines;
};

}  // namespace zipage
