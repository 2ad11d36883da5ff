#include "app/remote/remote_engine.h"

#include <QNetworkReply>
#include <nlohmann/json.hpp>

#include "app/remote/remote_facts.h"

namespace zipage {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kListPatienceMs = 10'000;
constexpr int kFactsEveryMs = 2'000;
constexpr qint64 kMostMetrics = qint64{4} << 20;

RemoteModels modelsIn(const QByteArray& body) {
  RemoteModels models;
  const Json json = Json::parse(body.begin(), body.end(), nullptr, false);
  if (!json.is_object() || !json.contains("data") || !json["data"].is_array()) {
    models.problem = RemoteEngine::tr("it lists no models");
    return models;
  }
  for (const Json& model : json["data"]) {
    if (!model.is_object() || !model.contains("id") || !model["id"].is_string()) continue;
    models.ids << QString::fromStdString(model["id"].get<std::string>());
    models.isZipage = models.isZipage || model.value("owned_by", Json()) == "zipage";
    if (const auto length = model.find("max_model_len");
        length != model.end() && length->is_number_integer() && models.contextLength == 0)
      models.contextLength = length->get<int>();
  }
  if (models.ids.isEmpty()) models.problem = RemoteEngine::tr("it serves no model");
  return models;
}

}  // namespace

RemoteEngine::RemoteEngine(RemoteKeys keys, QObject* parent) : QObject(parent), m_keys(std::move(keys)) {
  m_facts.setInterval(kFactsEveryMs);
  connect(&m_facts, &QTimer::timeout, this, &RemoteEngine::askForFacts);
}

QNetworkRequest RemoteEngine::requestFor(const QUrl& url, const QString& key) const {
  QNetworkRequest request(url);
  request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
  // A key is for one server, so nobody is followed to another one.
  request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::SameOriginRedirectPolicy);
  if (!key.isEmpty()) request.setRawHeader("Authorization", "Bearer " + key.toUtf8());
  return request;
}

void RemoteEngine::listModels(const QUrl& base, const QString& key) {
  QNetworkRequest request = requestFor(endpointOf(base, QStringLiteral("/models")), key);
  request.setTransferTimeout(kListPatienceMs);
  QNetworkReply* reply = m_network.get(request);
  connect(reply, &QNetworkReply::finished, this, [this, reply, base] {
    reply->deleteLater();
    const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const QByteArray body = reply->readAll();
    RemoteModels models;
    if (status == 200)
      models = modelsIn(body);
    else if (status > 0)
      models.problem = remoteErrorText(status, body);
    else
      models.problem = reply->errorString();
    Q_EMIT modelsListed(base, models);
  });
}

void RemoteEngine::use(std::optional<RemoteAddress> address, bool isZipage) {
  m_address = std::move(address);
  m_isZipage = isZipage;
  Q_EMIT factsChanged({});
  watch();
}

RemoteReply* RemoteEngine::ask(const RemoteQuestion& question, QObject* parent) {
  const QUrl url = endpointOf(m_address->base, QStringLiteral("/chat/completions"));
  QNetworkReply* reply = m_network.post(requestFor(url, m_keys.keyFor(m_address->base)),
                                        QByteArray::fromStdString(remoteBody(question)));
  return new RemoteReply(reply, m_address->host(), parent);
}

void RemoteEngine::setWatched(bool watched) {
  m_isWatched = watched;
  watch();
}

/// The clock runs only while there is something to see and somebody who looks.
void RemoteEngine::watch() {
  if (!m_isWatched || !m_address) return m_facts.stop();
  if (m_facts.isActive()) return;
  m_facts.start();
  askForFacts();
}

void RemoteEngine::askForFacts() {
  QNetworkRequest request =
      requestFor(besideBase(m_address->base, QStringLiteral("/metrics")), m_keys.keyFor(m_address->base));
  request.setTransferTimeout(kFactsEveryMs);
  QNetworkReply* reply = m_network.get(request);
  connect(reply, &QNetworkReply::finished, this, [this, reply, address = m_address] {
    reply->deleteLater();
    if (m_address != address) return;
    const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    Q_EMIT factsChanged(status == 200 ? remoteFactsIn(QString::fromUtf8(reply->read(kMostMetrics)))
                                      : QStringList());
  });
}

}  // namespace zipage
