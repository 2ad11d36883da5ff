#include "app/gui/load_choices.h"

#include <algorithm>

namespace zipage {

namespace {

constexpr std::pair<const char*, DataType> kKvTypes[] = {
    {"f32", DataType::F32}, {"f16", DataType::F16}, {"bf16", DataType::BF16}};

}  // namespace

QStringList kvTypeNames() {
  QStringList names;
  for (const auto& [name, type] : kKvTypes) names << QLatin1String(name);
  return names;
}

SessionOptions sessionOptionsFor(const std::filesystem::path& model, const ui::LoadChoice& choice) {
  SessionOptions options;
  options.model = model;
  options.device = choice.device.toStdString();
  options.pool.poolTokens = std::max(choice.poolTokens, options.pool.pageTokens);
  for (const auto& [name, type] : kKvTypes) {
    if (choice.kvType != QLatin1String(name)) continue;
    options.choosesKvType = false;
    options.pool.kvType = type;
  }
  return options;
}

}  // namespace zipage
