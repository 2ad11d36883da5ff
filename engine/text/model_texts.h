// What a model brings beside weights and vocabulary: its chat template and its suggestions for sampling. Read
// from a .gguf file or a Hugging Face folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/model/gguf_file.h"

namespace zipage {

struct SamplingDefaults {
  std::optional<float> temperature;
  std::optional<float> topP;
  std::optional<float> minP;
  std::optional<int> topK;
  std::optional<float> repetitionPenalty;
};

struct ModelTexts {
  std::string chatTemplate;  // Jinja source; empty: the model has none
  SamplingDefaults samplingDefaults;
};

Result<ModelTexts> readModelTexts(const GgufFile& file);

/// chat_template.jinja, chat_template.json, or tokenizer_config.json (of several templates the one named
/// "default"); generation_config.json.
Result<ModelTexts> readModelTexts(const std::filesystem::path& folder);

}  // namespace zipage
