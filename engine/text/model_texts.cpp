#include "engine/text/model_texts.h"

#include <functional>

#include "engine/base/json_file.h"

namespace zipage {

namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

/// The number of that name, or nothing.
using NumberOf = std::function<std::optional<double>(const char* gguf, const char* huggingFace)>;

/// A suggestion that makes no sense is as good as none: the model works without it.
SamplingDefaults readSamplingDefaults(const NumberOf& numberOf) {
  const auto within = [&](const char* gguf, const char* name, double least,
                          double most) -> std::optional<float> {
    const auto value = numberOf(gguf, name);
    if (!value || !(*value >= least && *value <= most)) return std::nullopt;
    return static_cast<float>(*value);
  };
  SamplingDefaults defaults;
  defaults.temperature = within("temp", "temperature", 0.0, 10.0);
  defaults.topP = within("top_p", "top_p", 1e-6, 1.0);
  defaults.minP = within("min_p", "min_p", 0.0, 1.0);
  defaults.repetitionPenalty = within("penalty_repeat", "repetition_penalty", 0.1, 10.0);
  if (const auto topK = within("top_k", "top_k", 0.0, 1e6)) defaults.topK = static_cast<int>(*topK);
  return defaults;
}

std::string templateIn(const Json& config) {
  const Json source = config.value("chat_template", Json());
  if (source.is_string()) return source.get<std::string>();
  if (!source.is_array()) return {};
  std::string first;
  for (const Json& entry : source) {
    const bool isTemplate = entry.is_object() && entry.contains("template") && entry["template"].is_string();
    if (!isTemplate) continue;
    if (entry.value("name", Json()) == Json("default")) return entry["template"].get<std::string>();
    if (first.empty()) first = entry["template"].get<std::string>();
  }
  return first;
}

Result<std::string> readTemplate(const fs::path& folder) {
  std::error_code error;
  const fs::path own = folder / "chat_template.jinja";
  if (fs::exists(own, error)) return readSmallFile(own);
  for (const char* name : {"chat_template.json", "tokenizer_config.json"}) {
    if (!fs::exists(folder / name, error)) continue;
    const auto config = readJsonFile(folder / name);
    if (!config) return tl::unexpected(config.error());
    if (std::string source = templateIn(*config); !source.empty()) return source;
  }
  return std::string();
}

}  // namespace

Result<ModelTexts> readModelTexts(const GgufFile& file) {
  ModelTexts texts;
  const auto source = file.string("tokenizer.chat_template");
  if (!source) return tl::unexpected(source.error());
  texts.chatTemplate = source->value_or("");
  texts.samplingDefaults = readSamplingDefaults([&](const char* gguf, const char*) -> std::optional<double> {
    const auto value = file.number(std::string("general.sampling.") + gguf);
    return value ? *value : std::nullopt;
  });
  return texts;
}

Result<ModelTexts> readModelTexts(const fs::path& folder) {
  ModelTexts texts;
  auto source = readTemplate(folder);
  if (!source) return tl::unexpected(source.error());
  texts.chatTemplate = std::move(*source);
  std::error_code error;
  const fs::path suggestions = folder / "generation_config.json";
  if (!fs::exists(suggestions, error)) return texts;
  const auto config = readJsonFile(suggestions);
  if (!config) return tl::unexpected(config.error());
  texts.samplingDefaults = readSamplingDefaults([&](const char*, const char* name) -> std::optional<double> {
    const Json value = config->value(name, Json());
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
  });
  return texts;
}

}  // namespace zipage
