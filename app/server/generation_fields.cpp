#include "app/server/generation_fields.h"

#include <algorithm>
#include <limits>
#include <random>

namespace zipage {

namespace {

constexpr std::size_t kMostStops = 16;

void readSamplers(JsonFields& fields, RequestSettings& settings) {
  const auto set = [](std::optional<float>& target, std::optional<double> value) {
    if (value) target = static_cast<float>(*value);
  };
  set(settings.temperature, fields.number("temperature", 0.0, 100.0));
  set(settings.topP, fields.number("top_p", 0.0, 1.0));
  set(settings.minP, fields.number("min_p", 0.0, 1.0));
  set(settings.repetitionPenalty, fields.number("repetition_penalty", 0.01, 100.0));
  if (const auto topK = fields.integer("top_k", -1, std::numeric_limits<int>::max()))
    settings.topK = static_cast<int>(std::max<std::int64_t>(*topK, 0));  // -1 is "all" in other engines
  const auto seed = fields.integer("seed", std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max());
  settings.seed = seed ? static_cast<std::uint64_t>(*seed) : std::random_device{}();
}

void readMemory(JsonFields& fields, RequestSettings& settings) {
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  if (const auto preset = fields.text("kv_preset")) {
    settings.preset = *preset;
    settings.budgetTokens.reset();
    settings.periodTokens.reset();
  }
  if (const auto policy = fields.text("kv_policy")) {
    if (const auto known = policyFromName(*policy))
      settings.policy = *known;
    else
      fields.refuse("kv_policy", known.error().message);
  }
  if (const auto budget = fields.integer("kv_budget", 1, kMost))
    settings.budgetTokens = static_cast<int>(*budget);
  if (const auto period = fields.integer("kv_period", 1, kMost))
    settings.periodTokens = static_cast<int>(*period);
}

std::vector<std::string> readStops(JsonFields& fields) {
  const Json* stop = fields.find("stop");
  if (stop == nullptr) return {};
  const Json texts = stop->is_string() ? Json::array({*stop}) : *stop;
  const bool isList =
      texts.is_array() && texts.size() <= kMostStops &&
      std::all_of(texts.begin(), texts.end(), [](const Json& text) { return text.is_string(); });
  if (isList) return texts.get<std::vector<std::string>>();
  fields.refuse("stop",
                "stop must be a text or an array of at most " + std::to_string(kMostStops) + " texts");
  return {};
}

void readLength(JsonFields& fields, RequestSettings& settings, const GenerationLimits& limits) {
  settings.maxNewTokens = limits.maxNewTokens;
  for (const char* name : {"max_tokens", "max_completion_tokens"}) {
    if (const auto most = fields.integer(name, 1, limits.maxNewTokens))
      settings.maxNewTokens = static_cast<int>(*most);
  }
  if (const auto budget = fields.integer("thinking_budget_tokens", 0, limits.maxNewTokens))
    settings.reasoningBudgetTokens = static_cast<int>(*budget);
  if (const auto ignores = fields.boolean("ignore_eos")) settings.ignoreEnd = *ignores;
}

bool readThinking(JsonFields& fields) {
  if (const auto effort = fields.text("reasoning_effort"); effort && *effort == "none") return false;
  const Json* arguments = fields.object("chat_template_kwargs");
  if (arguments == nullptr || !arguments->contains("enable_thinking")) return true;
  const Json& enabled = (*arguments)["enable_thinking"];
  if (enabled.is_boolean()) return enabled.get<bool>();
  fields.refuse("chat_template_kwargs", "chat_template_kwargs.enable_thinking must be true or false");
  return true;
}

void refuseWhatIsNotThere(JsonFields& fields) {
  for (const char* name : {"frequency_penalty", "presence_penalty"}) {
    if (fields.number(name, -2.0, 2.0).value_or(0.0) != 0.0)
      fields.refuse(name, std::string(name) + " is not supported; repetition_penalty is");
  }
  if (const Json* bias = fields.object("logit_bias"); bias != nullptr && !bias->empty())
    fields.refuse("logit_bias", "logit_bias is not supported");
  if (const Json* format = fields.object("response_format");
      format != nullptr && format->value("type", Json("text")) != "text")
    fields.refuse("response_format", "only response_format {\"type\": \"text\"} is supported");
}

}  // namespace

GenerationOptions readGeneration(JsonFields& fields, const RequestSettings& defaults,
                                 const GenerationLimits& limits) {
  GenerationOptions options;
  options.settings = defaults;
  readSamplers(fields, options.settings);
  readMemory(fields, options.settings);
  readLength(fields, options.settings, limits);
  options.stops = readStops(fields);
  options.numChoices = static_cast<int>(fields.integer("n", 1, limits.maxChoices).value_or(1));
  options.streams = fields.boolean("stream").value_or(false);
  if (const Json* stream = fields.object("stream_options")) {
    JsonFields of(*stream, "stream_options");
    options.includesUsage = of.boolean("include_usage").value_or(false);
    if (of.problem()) fields.refuse(*of.problem());
  }
  options.enableThinking = readThinking(fields);
  refuseWhatIsNotThere(fields);
  return options;
}

}  // namespace zipage
