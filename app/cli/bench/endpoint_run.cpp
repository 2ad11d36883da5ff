#include "app/cli/bench/endpoint_run.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "app/common/event_stream_parser.h"
#include "app/common/foreign_json.h"

namespace zipage {

namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr time_t kPatienceSeconds = 600;  // for a reply that waits for its turn

/// "http://host:port" and what stands before each path.
struct Address {
  std::string server;
  std::string base;
};

Address addressOf(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t path = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  Address address{url.substr(0, path), path == std::string::npos ? std::string() : url.substr(path)};
  while (address.base.ends_with('/')) address.base.pop_back();
  return address;
}

/// A client, or null where the address is none.
std::unique_ptr<httplib::Client> clientFor(const EndpointOptions& options, const Address& address) {
  auto client = std::make_unique<httplib::Client>(address.server);
  if (!client->is_valid()) return nullptr;
  client->set_read_timeout(kPatienceSeconds);
  client->set_connection_timeout(10);
  if (!options.key.empty()) client->set_bearer_token_auth(options.key);
  return client;
}

/// Words that mean nothing in particular, other ones for each request; about a token each.
std::string promptOf(const ServeRequest& request) {
  static constexpr const char* kWords[] = {"apple", "river", "stone", "green",
                                           "seven", "house", "light", "north"};
  std::string prompt;
  for (int i = 0; i < request.promptTokens; ++i)
    prompt += std::string(i > 0 ? " " : "") +
              kWords[(request.seed + static_cast<std::uint64_t>(i) * 7919) / 3 % std::size(kWords)];
  return prompt;
}

std::string bodyFor(const EndpointOptions& options, const ServeRequest& request) {
  Json body = {{"model", options.model},
               {"prompt", promptOf(request)},
               {"max_tokens", request.outputTokens},
               {"ignore_eos", true},
               {"stream", true},
               {"stream_options", {{"include_usage", true}}},
               {"seed", request.seed & 0x7FFFFFFF}};
  if (!options.policy.empty()) body["kv_policy"] = options.policy;
  if (options.budgetTokens) body["kv_budget"] = *options.budgetTokens;
  if (options.periodTokens) body["kv_period"] = *options.periodTokens;
  return body.dump();
}

/// One reply, chunk by chunk.
class StreamedReply {
 public:
  explicit StreamedReply(Clock::time_point arrival) : m_arrival(arrival) {}

  void take(std::string_view bytes) {
    if (m_text.size() < 2000) m_text += bytes;
    for (const std::string& event : m_parser.push(bytes)) takeEvent(event);
  }

  bool isWhole() const { return m_isDone; }
  const std::string& text() const { return m_text; }
  const std::string& problem() const { return m_problem; }

  void addTo(EndpointResult& result, std::vector<double>& firsts, std::vector<double>& gaps,
             std::vector<double>& replies) const {
    if (m_usage.is_object()) {
      result.countsTokens = true;
      result.promptTokens += countIn(m_usage, "prompt_tokens");
      result.generatedTokens += countIn(m_usage, "completion_tokens");
      result.cachedTokens += countIn(objectIn(m_usage, "prompt_tokens_details"), "cached_tokens");
    } else {
      result.generatedTokens += static_cast<std::int64_t>(m_times.size());
    }
    if (m_times.empty()) return;
    firsts.push_back(m_times.front());
    replies.push_back(m_times.back());
    for (std::size_t t = 1; t < m_times.size(); ++t) gaps.push_back(m_times[t] - m_times[t - 1]);
  }

 private:
  void takeEvent(const std::string& event) {
    if (event == "[DONE]") {
      m_isDone = true;
      return;
    }
    const Json json = Json::parse(event, nullptr, false);
    if (!json.is_object()) return;
    if (json.contains("error")) m_problem = json["error"].dump();
    if (const Json& usage = objectIn(json, "usage"); !usage.empty()) m_usage = usage;
    if (!json.contains("choices") || !json["choices"].is_array() || json["choices"].empty()) return;
    if (const Json& choice = json["choices"].front(); choice.is_object() && !textIn(choice, "text").empty())
      m_times.push_back(std::chrono::duration<double>(Clock::now() - m_arrival).count());
  }

  Clock::time_point m_arrival;
  EventStreamParser m_parser;
  std::vector<double> m_times;  // of chunks with text, since the arrival
  Json m_usage;
  std::string m_text;  // its beginning
  std::string m_problem;
  bool m_isDone = false;
};

class EndpointRun {
 public:
  EndpointRun(const EndpointOptions& options, const std::vector<ServeRequest>& load)
      : m_options(options), m_address(addressOf(options.url)), m_load(load) {}

  EndpointResult run() {
    m_start = Clock::now();
    std::vector<std::thread> clients;
    for (const ServeRequest& request : m_load) {
      if (!waitUntil(m_start + request.arrival)) break;
      clients.emplace_back([this, &request] { ask(request); });
    }
    for (std::thread& client : clients) client.join();
    m_result.seconds = std::chrono::duration<double>(Clock::now() - m_start).count();
    m_result.isCut = m_isCut;
    m_result.firstToken = latencyFigures(std::move(m_firsts));
    m_result.nextToken = latencyFigures(std::move(m_gaps));
    m_result.reply = latencyFigures(std::move(m_replies));
    return m_result;
  }

 private:
  bool isOver() {
    const bool isLate = m_options.limit > Duration::zero() && Clock::now() - m_start >= m_options.limit;
    if (isLate || m_options.isInterrupted()) m_isCut = true;
    return m_isCut;
  }

  /// False: the run is over before.
  bool waitUntil(Clock::time_point time) {
    constexpr std::chrono::milliseconds kGlance{20};
    while (Clock::now() < time && !isOver())
      std::this_thread::sleep_until(std::min(time, Clock::now() + kGlance));
    return !isOver();
  }

  void ask(const ServeRequest& request) {
    StreamedReply reply(m_start + request.arrival);
    httplib::Request http;
    http.method = "POST";
    http.path = m_address.base + "/completions";
    http.body = bodyFor(m_options, request);
    http.headers = {{"Content-Type", "application/json"}};
    http.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
      reply.take({data, size});
      return !isOver();
    };
    const auto result = clientFor(m_options, m_address)->send(http);
    const std::lock_guard lock(m_mutex);
    reply.addTo(m_result, m_firsts, m_gaps, m_replies);
    if (result && result->status == 200 && reply.isWhole() && reply.problem().empty()) {
      ++m_result.finished;
    } else if (!m_isCut && m_result.failed++ == 0) {
      m_result.firstFailure = !reply.problem().empty() ? reply.problem()
                              : result ? "status " + std::to_string(result->status) + ": " + reply.text()
                                       : "the connection failed: " + httplib::to_string(result.error());
    }
  }

  const EndpointOptions& m_options;
  const Address m_address;
  const std::vector<ServeRequest>& m_load;
  Clock::time_point m_start;
  std::atomic<bool> m_isCut{false};
  std::mutex m_mutex;
  // Guarded by m_mutex.
  EndpointResult m_result;
  std::vector<double> m_firsts;
  std::vector<double> m_gaps;
  std::vector<double> m_replies;
};

}  // namespace

Result<std::vector<std::string>> listModels(const EndpointOptions& options) {
  const Address address = addressOf(options.url);
  const auto client = clientFor(options, address);
  if (client == nullptr) return failure(ErrorCode::InvalidArgument, options.url + " is no address");
  const auto answer = client->Get(address.base + "/models");
  if (!answer)
    return failure(ErrorCode::Io, options.url + " cannot be reached: " + httplib::to_string(answer.error()));
  const Json json = Json::parse(answer->body, nullptr, false);
  if (answer->status != 200 || !json.is_object() || !json.contains("data") || !json["data"].is_array())
    return failure(ErrorCode::Io, options.url + " lists no models (status " + std::to_string(answer->status) +
                                      "): " + answer->body.substr(0, 200));
  std::vector<std::string> models;
  for (const Json& model : json["data"]) {
    if (model.is_object() && model.contains("id") && model["id"].is_string())
      models.push_back(model["id"].get<std::string>());
  }
  return models;
}

EndpointResult runEndpoint(const EndpointOptions& options, const std::vector<ServeRequest>& load) {
  return EndpointRun(options, load).run();
}

}  // namespace zipage
