#include "app/gui/reply_request.h"

#include <QRandomGenerator>

namespace zipage {

PromptJob promptJobFor(const std::vector<MessageRecord>& messages, const ui::GenerationSettings& settings) {
  PromptJob job;
  job.enableThinking = settings.thinking;
  if (!settings.systemPrompt.trimmed().isEmpty()) {
    job.turns.push_back({TurnRole::System, settings.systemPrompt.toStdString(), {}});
  }
  for (const MessageRecord& message : messages) {
    const bool isUser = message.role == MessageRole::User;
    if (!isUser && message.text.empty()) continue;
    job.turns.push_back(
        {isUser ? TurnRole::User : TurnRole::Assistant, message.text, isUser ? "" : message.reasoning});
  }
  return job;
}

RequestSettings requestSettingsFor(const ui::GenerationSettings& settings) {
  RequestSettings request;
  request.policy = settings.policy;
  request.budgetTokens = settings.budgetTokens;
  request.periodTokens = settings.periodTokens;
  request.maxNewTokens = settings.maxNewTokens;
  request.temperature = static_cast<float>(settings.temperature);
  request.topP = static_cast<float>(settings.topP);
  request.minP = static_cast<float>(settings.minP);
  request.topK = settings.topK;
  request.repetitionPenalty = static_cast<float>(settings.repetitionPenalty);
  request.seed = settings.seed >= 0 ? static_cast<std::uint64_t>(settings.seed)
                                    : QRandomGenerator::global()->generate64();
  return request;
}

std::vector<std::string> stopStringsOf(const ui::GenerationSettings& settings) {
  std::vector<std::string> stops;
  for (const QString& stop : settings.stopStrings) stops.push_back(stop.toStdString());
  return stops;
}

ui::GenerationSettings suggestedSettings(const SamplingDefaults& ofModel) {
  ui::GenerationSettings settings;
  // Through text, so that a float's 0.6 is the 0.6 that people write.
  const auto take = [](double& target, const std::optional<float>& suggestion) {
    if (suggestion) target = QString::number(static_cast<double>(*suggestion), 'g', 6).toDouble();
  };
  take(settings.temperature, ofModel.temperature);
  take(settings.topP, ofModel.topP);
  take(settings.minP, ofModel.minP);
  take(settings.repetitionPenalty, ofModel.repetitionPenalty);
  if (ofModel.topK) settings.topK = *ofModel.topK;
  return settings;
}

}  // namespace zipage
