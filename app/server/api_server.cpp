#include "app/server/api_server.h"

#include <utility>

#include "app/server/completion_endpoint.h"
#include "app/server/http_server.h"
#include "app/server/kv_endpoint.h"
#include "app/server/metrics_page.h"
#include "app/server/token_endpoint.h"

namespace zipage {

namespace {

/// One that is asleep can be used as well: the first request wakes it.
Json entryOf(const ServedEngine& engine) {
  const auto model = engine.model();
  Json entry = {{"id", engine.id()},
                {"object", "model"},
                {"created", model == nullptr ? 0 : model->loadedAt},
                {"owned_by", "zipage"}};
  if (model != nullptr) entry["max_model_len"] = model->bundle->config.contextLength;
  return entry;
}

Json modelList(const ServedModels& models) {
  Json list = Json::array();
  for (const auto& engine : models.all()) list.push_back(entryOf(*engine));
  return {{"object", "list"}, {"data", std::move(list)}};
}

void answerModel(Exchange& exchange, const ServedModels& models) {
  const auto engine = models.find(exchange.request.matches[1]);
  if (engine)
    answer(exchange, entryOf(**engine));
  else
    answer(exchange.response, engine.error());
}

Json health(const ServedModels& models) {
  int numLoaded = 0;
  for (const auto& engine : models.all()) numLoaded += engine->model() != nullptr ? 1 : 0;
  return {{"status", "ok"}, {"models_loaded", numLoaded}};
}

}  // namespace

struct ApiServer::State {
  State(ServerOptions given, ServedModels served) : options(std::move(given)), models(std::move(served)) {}

  ServerOptions options;
  ServedModels models;
  CompletionEndpoint completions{models, options};
  HttpServer http{options};
};

ApiServer::ApiServer(ServerOptions options, ServedModels models)
    : m_state(std::make_unique<State>(std::move(options), std::move(models))) {
  HttpServer& http = m_state->http;
  const ServedModels& served = m_state->models;
  const CompletionEndpoint& completions = m_state->completions;
  http.onGet(
      "/health", [&](Exchange& exchange) { answer(exchange, health(served)); }, false);
  http.onGet("/v1/models", [&](Exchange& exchange) { answer(exchange, modelList(served)); });
  http.onGet("/v1/models/(.+)", [&](Exchange& exchange) { answerModel(exchange, served); });
  http.onGet("/metrics", [&](Exchange& exchange) {
    exchange.response.set_content(metricsPage(served), "text/plain; version=0.0.4");
  });
  http.onGet("/v1/kv", [&](Exchange& exchange) { answerKv(exchange, served); });
  http.onGet("/v1/kv/events", [&](Exchange& exchange) { answerKvEvents(exchange, served); });
  http.onPost("/v1/chat/completions", [&](Exchange& exchange) { completions.answerChat(exchange); });
  http.onPost("/v1/completions", [&](Exchange& exchange) { completions.answerCompletion(exchange); });
  http.onPost("/tokenize", [&](Exchange& exchange) { answerTokenize(exchange, served); });
  http.onPost("/detokenize", [&](Exchange& exchange) { answerDetokenize(exchange, served); });
}

ApiServer::~ApiServer() { stop(); }

Result<void> ApiServer::start() { return m_state->http.start(); }

void ApiServer::stop() { m_state->http.stop(); }

int ApiServer::port() const { return m_state->http.port(); }

std::string ApiServer::address() const {
  const std::string& host = m_state->options.host;
  const bool isV6 = host.find(':') != std::string::npos;
  return "http://" + (isV6 ? "[" + host + "]" : host) + ":" + std::to_string(port()) + "/v1";
}

}  // namespace zipage
