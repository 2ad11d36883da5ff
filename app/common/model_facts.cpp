#include "app/common/model_facts.h"

#include <algorithm>

#include "engine/model/gguf_file.h"
#include "engine/model/model_file.h"
#include "engine/model/safetensors_folder.h"
#include "engine/runtime/memory_estimate.h"

namespace zipage {

std::map<std::string, TypeTotal> tensorTotals(const TensorSource& tensors) {
  std::map<std::string, TypeTotal> totals;
  const auto add = [&](const std::string& type, const ConstTensorView& view) {
    ++totals[type].count;
    totals[type].bytes += view ? view.bytes() : 0;
  };
  if (const auto* gguf = dynamic_cast<const GgufFile*>(&tensors)) {
    for (const auto& [name, tensor] : gguf->tensors()) add(nameOfGgmlType(tensor.typeId), tensor.view);
  } else if (const auto* folder = dynamic_cast<const SafetensorsFolder*>(&tensors)) {
    for (const auto& [name, tensor] : folder->tensors()) add(tensor.typeName, tensor.view);
  }
  return totals;
}

Result<ModelFacts> readModelFacts(const std::filesystem::path& path) {
  auto model = openModelFile(path, ModelContents::Shape);
  if (!model) return tl::unexpected(model.error());
  ModelFacts facts;
  facts.config = std::move(model->config);
  std::size_t most = 0;
  for (const auto& [type, total] : tensorTotals(*model->tensors)) {
    facts.weightBytes += total.bytes;
    if (total.bytes > most) facts.weightType = type;
    most = std::max(most, total.bytes);
  }
  return facts;
}

Result<MemoryNeeds> memoryNeeds(const ModelFacts& facts, const PoolOptions& pool) {
  const auto estimate = estimateMemory(facts.config, pool, DataType::F32);
  if (!estimate) return tl::unexpected(estimate.error());
  return MemoryNeeds{facts.weightBytes, estimate->poolBytes, estimate->workspaceBytes};
}

}  // namespace zipage
