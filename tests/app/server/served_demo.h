// The embedded model behind a server in this process, on a port of its own, and small clients for it.
#pragma once

#include <QTest>
#include <functional>
#include <memory>
#include <string>

#include "app/common/model_paths.h"
#include "app/common/model_session.h"
#include "app/server/api_server.h"

#include <httplib.h>

namespace zipage::test {

struct DemoOptions {
  ServerOptions server = {};
  std::int64_t poolTokens = 8192;
  int maxSequences = 16;
  /// What runs in place of the model; null: the model.
  std::function<std::unique_ptr<ModelRunner>(const EngineLimits&)> makesRunner = nullptr;
  std::string chatTemplate = {};  // empty: the model's own
};

class ServedDemo {
 public:
  explicit ServedDemo(DemoOptions options = {}) {
    SessionOptions opening;
    opening.model = *demoModelPath();
    opening.device = "cpu";
    opening.numThreads = 1;  // tests run side by side
    opening.pool.poolTokens = options.poolTokens;
    opening.pool.maxSequences = opening.pool.maxQuerySlots = options.maxSequences;
    m_session = std::move(*ModelSession::open(opening));
    m_model = std::make_shared<ModelBundle>();
    m_model->config = m_session->model().config;
    m_model->tokenizer = m_session->model().tokenizer;
    m_model->samplingDefaults = m_session->model().samplingDefaults;
    m_model->reasoningMarks = m_session->model().reasoningMarks;
    m_model->chatTemplate =
        options.chatTemplate.empty() ? m_session->model().chatTemplate : options.chatTemplate;
    m_makesRunner = std::move(options.makesRunner);
    startEngine();
    options.server.port = 0;
    m_api = std::make_unique<ApiServer>(options.server, ServedModels({m_served}));
    const auto started = m_api->start();
    if (!started) qFatal("%s", started.error().message.c_str());
  }

  ~ServedDemo() {
    m_api->stop();
    stopEngine();
  }

  void startEngine() {
    EngineThread::Parts parts;
    parts.limits = m_session->limits();
    parts.runner = m_makesRunner ? m_makesRunner(parts.limits) : m_session->takeRunner();
    parts.clock = std::make_unique<SteadyClock>();
    m_engine = std::make_unique<EngineThread>(std::move(parts), m_served->sink());
    m_engine->setSnapshotInterval(std::chrono::milliseconds(5));
    m_served->attach(*m_engine, m_model, m_session->limits());
  }
  void stopEngine() {
    m_served->detach("the model was unloaded");
    m_engine.reset();
  }

  ServedEngine& served() { return *m_served; }
  const ApiServer& api() const { return *m_api; }
  std::shared_ptr<const Tokenizer> tokenizer() const { return m_model->tokenizer; }
  int port() const { return m_api->port(); }

  httplib::Client client() const {
    httplib::Client client("127.0.0.1", port());
    client.set_read_timeout(120);
    return client;
  }

  /// Status and body, parsed; null where it is no JSON.
  struct Answer {
    int status = 0;
    Json json;
    std::string text;
    httplib::Headers headers;
  };
  Answer get(const std::string& path) const { return answerOf(client().Get(path)); }
  Answer post(const std::string& path, const Json& body) const {
    return answerOf(client().Post(path, body.dump(), "application/json"));
  }
  Answer chat(Json body) const { return post("/v1/chat/completions", body); }

  /// Nothing is open and no sequence holds a page.
  bool isIdle() const {
    const auto snapshot = m_served->snapshot();
    return m_served->numOpen() == 0 && m_served->metrics().running == 0 && m_served->metrics().waiting == 0 &&
           snapshot != nullptr && snapshot->sequences.empty();
  }

 private:
  static Answer answerOf(const httplib::Result& result) {
    if (!result) return {};
    Answer answer{result->status, Json::parse(result->body, nullptr, false), result->body, result->headers};
    if (answer.json.is_discarded()) answer.json = nullptr;
    return answer;
  }

  std::unique_ptr<ModelSession> m_session;
  std::shared_ptr<ModelBundle> m_model;
  std::function<std::unique_ptr<ModelRunner>(const EngineLimits&)> m_makesRunner;
  std::shared_ptr<ServedEngine> m_served = std::make_shared<ServedEngine>("demo");
  std::unique_ptr<EngineThread> m_engine;
  std::unique_ptr<ApiServer> m_api;
};

inline Json question(const std::string& text, Json extras = Json::object()) {
  Json body = {{"model", "demo"}, {"messages", Json::array({{{"role", "user"}, {"content", text}}})}};
  if (!extras.contains("temperature")) body["temperature"] = 0;
  body.update(extras);
  return body;
}

/// The data of each event of a stream, in order; "[DONE]" is left out.
inline std::vector<Json> eventsOf(const std::string& stream) {
  std::vector<Json> events;
  for (std::size_t at = 0; (at = stream.find("data: ", at)) != std::string::npos;) {
    const std::size_t end = stream.find("\n\n", at);
    const std::string data = stream.substr(at + 6, end - at - 6);
    if (data != "[DONE]") events.push_back(Json::parse(data));
    at = end;
  }
  return events;
}

}  // namespace zipage::test
