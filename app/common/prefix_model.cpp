#include "app/common/prefix_model.h"

#include <xxhash.h>

namespace zipage {

PrefixModel prefixModelOf(const ModelSession& session) {
  const ModelBundle& model = session.model();
  const EngineLimits& limits = session.limits();
  PrefixModel made;
  made.root = {limits.prefixSalt, static_cast<std::uint64_t>(limits.pageTokens)};
  made.name = model.config.name.empty() ? model.path.filename().string() : model.config.name;
  made.name += std::string(" · ") + layoutOf(session.kvType()).name;
  made.templateHash = XXH3_64bits(model.chatTemplate.data(), model.chatTemplate.size());
  // Every token is multiplied by all weights, so models compare by their bytes.
  made.costPerToken = static_cast<double>(model.weightBytes);
  made.pageTokens = limits.pageTokens;
  return made;
}

}  // namespace zipage
