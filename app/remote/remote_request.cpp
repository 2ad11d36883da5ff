#include "app/remote/remote_request.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace zipage {

namespace {

using Json = nlohmann::ordered_json;

Json messageOf(TurnRole role, const std::string& text, const std::string& reasoning) {
  Json message = {{"role", roleName(role)}, {"content", text}};
  if (!reasoning.empty()) message["reasoning_content"] = reasoning;
  return message;
}

/// Floats as people wrote them: 0.6, not 0.60000002384.
Json plain(float number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  return Json::parse(text, end, nullptr, false);
}

void addSamplers(const RequestSettings& settings, Json& body) {
  if (settings.temperature) body["temperature"] = plain(*settings.temperature);
  if (settings.topP) body["top_p"] = plain(*settings.topP);
  if (settings.minP.value_or(0.0F) > 0.0F) body["min_p"] = plain(*settings.minP);
  if (settings.topK.value_or(0) > 0) body["top_k"] = *settings.topK;
  if (settings.repetitionPenalty.value_or(1.0F) != 1.0F)
    body["repetition_penalty"] = plain(*settings.repetitionPenalty);
  body["seed"] = settings.seed & 0x7FFFFFFF;
}

void addMemory(const RequestSettings& settings, Json& body) {
  body["kv_policy"] = nameOf(settings.policy);
  if (settings.policy == MemoryPolicy::Full) return;
  if (settings.budgetTokens) body["kv_budget"] = *settings.budgetTokens;
  if (settings.periodTokens) body["kv_period"] = *settings.periodTokens;
}

}  // namespace

std::string remoteBody(const RemoteQuestion& question) {
  Json messages = Json::array();
  for (const ConversationTurn& turn : question.turns)
    messages.push_back(messageOf(turn.role, turn.text, turn.reasoning));
  Json body = {{"model", question.model},
               {"stream", true},
               {"stream_options", {{"include_usage", true}}},
               {"max_tokens", question.settings.maxNewTokens}};
  if (!question.begun.isEmpty()) {
    messages.push_back(messageOf(TurnRole::Assistant, question.begun.text, question.begun.reasoning));
    body["continue_final_message"] = true;
    body["add_generation_prompt"] = false;
  }
  body["messages"] = std::move(messages);
  addSamplers(question.settings, body);
  if (!question.stops.empty()) body["stop"] = question.stops;
  if (!question.enableThinking) body["chat_template_kwargs"] = {{"enable_thinking", false}};
  if (question.isZipage) addMemory(question.settings, body);
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace zipage
