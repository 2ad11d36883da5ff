#include "app/gui/load_choices.h"

#include <algorithm>
#include <optional>

#include "app/common/kv_type.h"

namespace zipage {

SessionOptions sessionOptionsFor(const std::filesystem::path& model, const ui::LoadChoice& choice) {
  SessionOptions options;
  options.model = model;
  options.device = choice.device.toStdString();
  options.pool.poolTokens = std::max(choice.poolTokens, options.pool.pageTokens);
  options.kvType = kvTypeFromName(choice.kvType.toStdString()).value_or(std::nullopt);
  return options;
}

}  // namespace zipage
