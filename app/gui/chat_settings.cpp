#include "app/gui/chat_settings.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

#include "app/common/request_settings.h"

namespace zipage {

namespace {

int boundedInt(const QJsonObject& object, const char* key, int fallback, int low, int high) {
  return std::clamp(object.value(QLatin1String(key)).toInt(fallback), low, high);
}

double boundedDouble(const QJsonObject& object, const char* key, double fallback, double low, double high) {
  return std::clamp(object.value(QLatin1String(key)).toDouble(fallback), low, high);
}

QStringList textsOf(const QJsonArray& array) {
  QStringList texts;
  for (const QJsonValue& value : array) {
    if (!value.toString().isEmpty()) texts << value.toString();
  }
  return texts;
}

/// Chats of earlier versions say only whether they are bounded.
MemoryPolicy policyOf(const QJsonObject& object, MemoryPolicy fallback) {
  if (const QJsonValue bounded = object.value("bounded"); bounded.isBool()) {
    fallback = bounded.toBool() ? MemoryPolicy::Budget : MemoryPolicy::Full;
  }
  return policyFromName(object.value("policy").toString().toStdString()).value_or(fallback);
}

}  // namespace

std::string settingsToJson(const ui::GenerationSettings& settings) {
  const QJsonObject object{
      {"policy", QString::fromStdString(std::string(nameOf(settings.policy)))},
      {"budgetTokens", settings.budgetTokens},
      {"periodTokens", settings.periodTokens},
      {"thinking", settings.thinking},
      {"thinkingTokens", settings.thinkingTokens},
      {"numAnswers", settings.numAnswers},
      {"maxNewTokens", settings.maxNewTokens},
      {"temperature", settings.temperature},
      {"topP", settings.topP},
      {"minP", settings.minP},
      {"topK", settings.topK},
      {"repetitionPenalty", settings.repetitionPenalty},
      {"seed", settings.seed},
      {"systemPrompt", settings.systemPrompt},
      {"stopStrings", QJsonArray::fromStringList(settings.stopStrings)},
  };
  return QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString();
}

ui::GenerationSettings settingsFromJson(const std::string& json, const ui::GenerationSettings& defaults) {
  const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
  ui::GenerationSettings settings;
  settings.policy = policyOf(object, defaults.policy);
  settings.budgetTokens = boundedInt(object, "budgetTokens", defaults.budgetTokens, 1, 1 << 24);
  settings.periodTokens = boundedInt(object, "periodTokens", defaults.periodTokens, 1, 1 << 24);
  settings.thinking = object.value("thinking").toBool(defaults.thinking);
  settings.thinkingTokens = boundedInt(object, "thinkingTokens", defaults.thinkingTokens, 0, 1 << 24);
  settings.numAnswers = boundedInt(object, "numAnswers", defaults.numAnswers, 1, 16);
  settings.maxNewTokens = boundedInt(object, "maxNewTokens", defaults.maxNewTokens, 1, 1 << 24);
  settings.temperature = boundedDouble(object, "temperature", defaults.temperature, 0.0, 5.0);
  settings.topP = boundedDouble(object, "topP", defaults.topP, 0.0, 1.0);
  settings.minP = boundedDouble(object, "minP", defaults.minP, 0.0, 1.0);
  settings.topK = boundedInt(object, "topK", defaults.topK, 0, 1 << 20);
  settings.repetitionPenalty =
      boundedDouble(object, "repetitionPenalty", defaults.repetitionPenalty, 0.1, 10.0);
  settings.seed = object.value("seed").toInteger(defaults.seed);
  settings.systemPrompt = object.value("systemPrompt").toString(defaults.systemPrompt);
  settings.stopStrings =
      object.contains("stopStrings") ? textsOf(object.value("stopStrings").toArray()) : defaults.stopStrings;
  return settings;
}

}  // namespace zipage
