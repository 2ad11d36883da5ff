#include "app/remote/remote_reply.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "app/common/foreign_json.h"

namespace zipage {

namespace {

using Json = nlohmann::ordered_json;

constexpr qsizetype kMostErrorText = 500;

/// {"error": {"message"}}, {"error": "…"}, {"message"} and {"detail"} are in use.
std::string errorIn(const Json& json) {
  if (!json.is_object()) return {};
  for (const std::string& text : {textIn(objectIn(json, "error"), "message"), textIn(json, "error"),
                                  textIn(json, "message"), textIn(json, "detail")}) {
    if (!text.empty()) return text;
  }
  return {};
}

}  // namespace

QString remoteErrorText(int status, const QByteArray& body) {
  const QString said = QString::fromStdString(errorIn(Json::parse(body.begin(), body.end(), nullptr, false)));
  if (!said.isEmpty()) return said.left(kMostErrorText);
  if (status == 401 || status == 403) return RemoteReply::tr("the key is not accepted");
  return RemoteReply::tr("it answers with status %1").arg(status);
}

RemoteReply::RemoteReply(QNetworkReply* network, QString host, QObject* parent)
    : QObject(parent), m_network(network), m_host(std::move(host)) {
  network->setParent(this);
  connect(network, &QNetworkReply::readyRead, this, &RemoteReply::read);
  connect(network, &QNetworkReply::finished, this, &RemoteReply::finish);
}

void RemoteReply::abandon() {
  if (m_network == nullptr) return;
  m_network->disconnect(this);
  m_network->abort();
  deleteLater();
}

void RemoteReply::read() {
  const QString type = m_network->header(QNetworkRequest::ContentTypeHeader).toString();
  m_isStream = m_isStream || type.startsWith(QLatin1String("text/event-stream"));
  const QByteArray bytes = m_network->readAll();
  if (!m_isStream) {
    if (m_body.size() < qsizetype{1} << 20) m_body += bytes;
    return;
  }
  for (const std::string& event : m_parser.push({bytes.constData(), static_cast<std::size_t>(bytes.size())}))
    takeEvent(event);
}

void RemoteReply::takeEvent(const std::string& event) {
  if (event == "[DONE]") {
    m_isDone = true;
    return;
  }
  const Json json = Json::parse(event, nullptr, false);
  if (!json.is_object()) return;
  if (const std::string error = errorIn(json); json.contains("error"))
    m_outcome.problem = tr("%1 says: %2").arg(m_host, QString::fromStdString(error).left(kMostErrorText));
  const Json& usage = objectIn(json, "usage");
  if (!usage.empty()) {
    m_outcome.promptTokens = countIn(usage, "prompt_tokens");
    m_outcome.generatedTokens = countIn(usage, "completion_tokens");
    m_outcome.cachedTokens = countIn(objectIn(usage, "prompt_tokens_details"), "cached_tokens");
    m_outcome.reasoningTokens = countIn(objectIn(usage, "completion_tokens_details"), "reasoning_tokens");
  }
  const Json& timings = objectIn(json, "timings");
  if (!timings.empty()) {
    m_outcome.compressions = countIn(timings, "kv_compressions");
    m_outcome.tokensEvicted = countIn(timings, "kv_tokens_evicted");
    m_outcome.peakPages = countIn(timings, "kv_peak_pages");
  }
  const auto choices = json.find("choices");
  if (choices != json.end() && choices->is_array() && !choices->empty() && choices->front().is_object())
    takeChoice(choices->front());
}

void RemoteReply::takeChoice(const Json& choice) {
  if (const std::string reason = textIn(choice, "finish_reason"); !reason.empty()) {
    m_outcome.isCutShort = reason == "length";
    m_isDone = true;
  }
  const Json& delta = objectIn(choice, "delta");
  std::string reasoning = textIn(delta, "reasoning_content");
  if (reasoning.empty()) reasoning = textIn(delta, "reasoning");
  const std::string answer = textIn(delta, "content");
  if (!reasoning.empty() || !answer.empty())
    Q_EMIT grew(QString::fromStdString(reasoning), QString::fromStdString(answer));
}

QString RemoteReply::networkProblem() const {
  const int status = m_network->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
  if (status >= 400) return tr("%1 refuses: %2.").arg(m_host, remoteErrorText(status, m_body));
  if (m_network->error() == QNetworkReply::ConnectionRefusedError || status == 0)
    return tr("%1 cannot be reached: %2.").arg(m_host, m_network->errorString());
  if (!m_isStream) return tr("%1 does not answer as an engine does.").arg(m_host);
  return tr("The connection to %1 broke off. What had come by then is kept.").arg(m_host);
}

void RemoteReply::finish() {
  read();
  if (m_outcome.problem.isEmpty() && !m_isDone) m_outcome.problem = networkProblem();
  m_network->disconnect(this);
  Q_EMIT ended(m_outcome);
  deleteLater();
}

}  // namespace zipage
