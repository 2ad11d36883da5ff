// The shape of a model as the config.json of a Hugging Face folder states it.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "engine/base/result.h"
#include "engine/model/model_config.h"

namespace zipage {

/// `file` stands for the path in errors. As readModelConfig(): every number is within bounds; an unknown
/// architecture or rotation is Unsupported; a missing or absurd number is InvalidFile and names the key.
Result<ModelConfig> readHuggingFaceConfig(const nlohmann::json& config, const std::string& file);

}  // namespace zipage
