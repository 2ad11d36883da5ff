#include "app/gui/reply_request.h"

#include <QRandomGenerator>

#include "app/common/chat_markdown.h"

namespace zipage {

std::string questionText(const MessageRecord& question) {
  std::string text;
  for (const Attachment& file : question.attachments) {
    const std::string fence = fenceFor(file.text);
    const bool endsLine = file.text.empty() || file.text.back() == '\n';
    text += "File " + file.name + ":\n" + fence + "\n" + file.text + (endsLine ? "" : "\n") + fence + "\n\n";
  }
  return text + question.text;
}

PromptJob promptJobFor(const std::vector<const MessageRecord*>& branch,
                       const ui::GenerationSettings& settings) {
  PromptJob job;
  job.enableThinking = settings.thinking;
  if (!settings.systemPrompt.trimmed().isEmpty()) {
    job.turns.push_back({TurnRole::System, settings.systemPrompt.toStdString(), {}});
  }
  for (const MessageRecord* message : branch) {
    if (message->role == MessageRole::User)
      job.turns.push_back({TurnRole::User, questionText(*message), {}});
    else if (!message->text.empty())
      job.turns.push_back({TurnRole::Assistant, message->text, message->reasoning});
  }
  return job;
}

RequestSettings requestSettingsFor(const ui::GenerationSettings& settings) {
  RequestSettings request;
  request.policy = settings.policy;
  request.budgetTokens = settings.budgetTokens;
  request.periodTokens = settings.periodTokens;
  request.reasoningBudgetTokens = settings.thinkingTokens;
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
