// Every endpoint over the embedded model: what clients send and what they get.
#include <QElapsedTimer>

#include "tests/app/server/served_demo.h"
#include "tests/support/fake_runner.h"

using namespace zipage;
using namespace zipage::test;

namespace {

/// As it is printed: the test library cannot print JSON.
QByteArray said(const Json& json) { return QByteArray::fromStdString(textOf(json)); }

constexpr const char* kSum = "What is 17 + 25?";

/// Generates for ever, slowly enough to be looked at.
std::unique_ptr<ModelRunner> endlessRunner(const EngineLimits& limits) {
  auto runner = std::make_unique<FakeRunner>(limits, limits.vocabularySize);
  runner->beforeStep = [] { std::this_thread::sleep_for(std::chrono::milliseconds(2)); };
  return runner;
}

}  // namespace

class TestApiServer : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<ServedDemo> m_demo;

 private Q_SLOTS:
  void initTestCase() { m_demo = std::make_unique<ServedDemo>(); }
  void cleanupTestCase() { m_demo.reset(); }

  void aChatIsAnswered() {
    const auto reply = m_demo->chat(question(kSum));
    QCOMPARE(reply.status, 200);
    QCOMPARE(said(reply.json["object"]), said("chat.completion"));
    QCOMPARE(said(reply.json["model"]), said("demo"));
    const Json& choice = reply.json["choices"][0];
    QCOMPARE(said(choice["finish_reason"]), said("stop"));
    QCOMPARE(said(choice["message"]["role"]), said("assistant"));
    QVERIFY2(choice["message"]["content"].get<std::string>().find("42") != std::string::npos,
             reply.text.c_str());
    QVERIFY(!choice["message"]["reasoning_content"].get<std::string>().empty());
    const Json& usage = reply.json["usage"];
    QVERIFY(usage["prompt_tokens"] > 5 && usage["completion_tokens"] > 5);
    QCOMPARE(usage["total_tokens"].get<int>(),
             usage["prompt_tokens"].get<int>() + usage["completion_tokens"].get<int>());
    const int reasoning = usage["completion_tokens_details"]["reasoning_tokens"].get<int>();
    QVERIFY(reasoning > 0 && reasoning < usage["completion_tokens"].get<int>());
    QVERIFY(reply.json["timings"]["predicted_per_second"] > 0.0);
  }

  void aStreamSaysTheSameAsTheWhole() {
    const auto whole = m_demo->chat(question(kSum));
    const auto stream =
        m_demo->chat(question(kSum, {{"stream", true}, {"stream_options", {{"include_usage", true}}}}));
    QCOMPARE(stream.status, 200);
    QVERIFY(stream.text.ends_with("data: [DONE]\n\n"));
    std::string content, reasoning, finish;
    Json usage;
    const auto events = eventsOf(stream.text);
    QCOMPARE(said(events.front()["choices"][0]["delta"]["role"]), said("assistant"));
    for (const Json& event : events) {
      QCOMPARE(said(event["object"]), said("chat.completion.chunk"));
      QCOMPARE(said(event["id"]), said(events.front()["id"]));
      if (event.contains("usage")) usage = event["usage"];
      if (event["choices"].empty()) continue;
      const Json& choice = event["choices"][0];
      content += choice["delta"].value("content", "");
      reasoning += choice["delta"].value("reasoning_content", "");
      if (!choice["finish_reason"].is_null()) finish = choice["finish_reason"];
    }
    const Json& message = whole.json["choices"][0]["message"];
    QCOMPARE(said(content), said(message["content"]));
    QCOMPARE(said(reasoning), said(message["reasoning_content"]));
    QCOMPARE(finish, std::string("stop"));
    QCOMPARE(said(usage["completion_tokens"]), said(whole.json["usage"]["completion_tokens"]));
    QVERIFY2(events.size() > 10, "token by token");
  }

  void theSecondTimeThePromptIsCached() {
    std::string text = "Tom has 3 apples. ";
    for (int i = 0; i < 6; ++i) text += "Ann has " + std::to_string(i) + " pears and gives one away. ";
    text += "How many apples does Tom have?";
    const Json body = question(text, {{"max_tokens", 3}});
    m_demo->chat(body);
    const auto second = m_demo->chat(body);
    const Json& usage = second.json["usage"];
    const int cached = usage["prompt_tokens_details"]["cached_tokens"].get<int>();
    QVERIFY2(cached >= 32 && cached < usage["prompt_tokens"].get<int>(), second.text.c_str());
    QCOMPARE(second.json["timings"]["cache_n"].get<int>(), cached);
    QCOMPARE(said(second.json["choices"][0]["finish_reason"]), said("length"));
  }

  void aSeedRepeatsAndChoicesDiffer() {
    const Json body = question(kSum, {{"temperature", 1.5}, {"seed", 7}, {"n", 3}, {"max_tokens", 60}});
    const auto first = m_demo->chat(body);
    const auto again = m_demo->chat(body);
    QCOMPARE(first.json["choices"].size(), std::size_t{3});
    std::set<std::string> texts;
    for (std::size_t c = 0; c < 3; ++c) {
      QCOMPARE(said(first.json["choices"][c]["index"]), said(c));
      QCOMPARE(said(first.json["choices"][c]["message"]), said(again.json["choices"][c]["message"]));
      texts.insert(first.json["choices"][c]["message"].dump());
    }
    QVERIFY2(texts.size() > 1, "samples of one seed are drawn with different ones");
  }

  void aStopTextEndsTheAnswer() {
    const auto whole = m_demo->chat(question(kSum));
    const std::string answer = whole.json["choices"][0]["message"]["content"];
    const std::size_t at = answer.find("42");
    QVERIFY(at != std::string::npos);
    for (const bool streams : {false, true}) {
      const auto cut = m_demo->chat(question(kSum, {{"stop", {"42", "never"}}, {"stream", streams}}));
      std::string text;
      std::string finish;
      if (streams) {
        for (const Json& event : eventsOf(cut.text)) {
          text += event["choices"][0]["delta"].value("content", "");
          if (!event["choices"][0]["finish_reason"].is_null()) finish = event["choices"][0]["finish_reason"];
        }
      } else {
        text = cut.json["choices"][0]["message"]["content"];
        finish = cut.json["choices"][0]["finish_reason"];
      }
      QCOMPARE(text, answer.substr(0, at));
      QCOMPARE(finish, std::string("stop"));
    }
  }

  void logProbabilitiesAreToldOfTheAnswersTokens() {
    const auto reply = m_demo->chat(question(kSum, {{"logprobs", true}, {"top_logprobs", 3}}));
    const Json& choice = reply.json["choices"][0];
    std::string text;
    for (const Json& token : choice["logprobs"]["content"]) {
      text += token["token"].get<std::string>();
      QVERIFY(token["logprob"] <= 0.0);
      QCOMPARE(token["bytes"].size(), token["token"].get<std::string>().size());
      QCOMPARE(token["top_logprobs"].size(), std::size_t{3});
      // At temperature 0 the likeliest was taken.
      QCOMPARE(said(token["top_logprobs"][0]["token"]), said(token["token"]));
    }
    const std::string content = choice["message"]["content"];
    QVERIFY2(!content.empty() && text.find(content) != std::string::npos, text.c_str());
    QVERIFY(m_demo->chat(question(kSum, {{"max_tokens", 2}})).json["choices"][0]["logprobs"].is_null());
  }

  void aPlainCompletionGoesOn() {
    const auto reply = m_demo->post(
        "/v1/completions",
        {{"model", "demo"}, {"prompt", "17 + 25 ="}, {"temperature", 0}, {"max_tokens", 8}, {"logprobs", 2}});
    QCOMPARE(reply.status, 200);
    QCOMPARE(said(reply.json["object"]), said("text_completion"));
    const Json& choice = reply.json["choices"][0];
    QVERIFY(choice["text"].is_string() && !choice["text"].get<std::string>().empty());
    QCOMPARE(choice["logprobs"]["tokens"].size(), choice["logprobs"]["token_logprobs"].size());
    QCOMPARE(choice["logprobs"]["top_logprobs"][0].size(), std::size_t{2});

    const auto tokens = m_demo->post("/tokenize", {{"content", "17 + 25 ="}, {"add_special", true}});
    const auto byTokens = m_demo->post(
        "/v1/completions", {{"prompt", tokens.json["tokens"]}, {"temperature", 0}, {"max_tokens", 8}});
    QCOMPARE(said(byTokens.json["choices"][0]["text"]), said(choice["text"]));
    const auto stream =
        m_demo->post("/v1/completions",
                     {{"prompt", "17 + 25 ="}, {"temperature", 0}, {"max_tokens", 8}, {"stream", true}});
    std::string streamed;
    for (const Json& event : eventsOf(stream.text)) streamed += event["choices"][0]["text"];
    QCOMPARE(said(streamed), said(choice["text"]));
  }

  void aReplyThatWasBegunIsGoneOnWith() {
    const auto whole = m_demo->chat(question(kSum));
    const Json& message = whole.json["choices"][0]["message"];
    const std::string reasoning = message["reasoning_content"];
    const std::string begun = reasoning.substr(0, reasoning.find(' ', reasoning.size() / 2));
    Json body = question(kSum, {{"continue_final_message", true}, {"add_generation_prompt", false}});
    body["messages"].push_back({{"role", "assistant"}, {"content", ""}, {"reasoning_content", begun}});
    const auto rest = m_demo->chat(body);
    QCOMPARE(rest.status, 200);
    QCOMPARE(begun + rest.json["choices"][0]["message"]["reasoning_content"].get<std::string>(), reasoning);
    QCOMPARE(said(rest.json["choices"][0]["message"]["content"]), said(message["content"]));
    const auto refused = m_demo->chat(question(kSum, {{"continue_final_message", true}}));
    QCOMPARE(refused.status, 400);
  }

  void thePolicyOfTheRequestHolds() {
    const auto bounded = m_demo->chat(question(kSum, {{"kv_policy", "budget"},
                                                      {"kv_budget", 64},
                                                      {"kv_period", 32},
                                                      {"max_tokens", 300},
                                                      {"ignore_eos", true}}));
    QCOMPARE(bounded.status, 200);
    const Json& timings = bounded.json["timings"];
    QVERIFY(timings["kv_compressions"] >= 6);
    QVERIFY(timings["kv_tokens_evicted"] > 100);
    QCOMPARE(said(timings["kv_peak_pages"]), said(3));  // (64 + 32) / 32
    const auto full = m_demo->chat(question(kSum, {{"kv_policy", "full"}, {"max_tokens", 100}}));
    QCOMPARE(said(full.json["timings"]["kv_compressions"]), said(0));
    const auto unknown = m_demo->chat(question(kSum, {{"kv_policy", "some"}}));
    QCOMPARE(unknown.status, 400);
    QCOMPARE(said(unknown.json["error"]["param"]), said("kv_policy"));
  }

  void textsBecomeTokensAndBack() {
    const auto tokens = m_demo->post("/tokenize", {{"content", "Tom has 14 apples."}});
    QCOMPARE(said(tokens.json["count"]), said(tokens.json["tokens"].size()));
    const auto text = m_demo->post("/detokenize", {{"tokens", tokens.json["tokens"]}});
    QVERIFY(text.json["content"].get<std::string>().find("Tom has 14 apples.") != std::string::npos);
    QCOMPARE(m_demo->post("/detokenize", {{"tokens", {1, -5}}}).status, 400);
    QCOMPARE(m_demo->post("/detokenize", {{"tokens", {99999999}}}).status, 400);
    QCOMPARE(said(m_demo->post("/tokenize", Json::object()).json["error"]["param"]), said("content"));
  }

  void modelsAreListed() {
    const auto list = m_demo->get("/v1/models");
    QCOMPARE(list.json["data"].size(), std::size_t{1});
    QCOMPARE(said(list.json["data"][0]["id"]), said("demo"));
    QCOMPARE(said(m_demo->get("/v1/models/demo").json["id"]), said("demo"));
    QCOMPARE(m_demo->get("/v1/models/other").status, 404);
    QCOMPARE(said(m_demo->get("/health").json["status"]), said("ok"));
    const auto unknown = m_demo->chat(question(kSum, {{"model", "gpt"}}));
    QCOMPARE(unknown.status, 404);
    QCOMPARE(said(unknown.json["error"]["code"]), said("model_not_found"));
  }

  void metricsCountWhatHappened() {
    const std::string before = m_demo->get("/metrics").text;
    m_demo->chat(question(kSum, {{"max_tokens", 10}, {"ignore_eos", true}}));
    const std::string after = m_demo->get("/metrics").text;
    const auto value = [](const std::string& page, const std::string& line) {
      const std::size_t at = page.find("\n" + line);
      return at == std::string::npos ? -1.0 : std::stod(page.substr(page.find("} ", at) + 2));
    };
    const std::string generated = "zipage:generation_tokens_total{model_name=\"demo\"}";
    QCOMPARE(value(after, generated) - value(before, generated), 10.0);
    const std::string ended = "zipage:request_success_total{model_name=\"demo\",finished_reason=\"length\"}";
    QCOMPARE(value(after, ended) - value(before, ended), 1.0);
    const std::string first = "zipage:time_to_first_token_seconds_count{model_name=\"demo\"}";
    QCOMPARE(value(after, first) - value(before, first), 1.0);
    QVERIFY(value(after, "zipage:kv_pages_total{") > 0.0);
    QVERIFY(value(after, "zipage:kv_compression_seconds_sum{") > 0.0);
    for (const std::string& page : {before, after}) QVERIFY(page.ends_with('\n'));
  }

  void badRequestsAreRefusedByName_data() {
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("param");
    const auto row = [](const char* name, const char* body, const char* param) {
      QTest::newRow(name) << QByteArray(body) << QByteArray(param);
    };
    row("no JSON", "{\"messages\": [", "");
    row("an array", "[]", "");
    row("nothing", "", "");
    row("not UTF-8", "{\"messages\": [{\"role\": \"user\", \"content\": \"\xff\"}]}", "");
    row("no messages", "{}", "messages");
    row("empty messages", R"({"messages": []})", "messages");
    row("messages of a wrong type", R"({"messages": "Hi"})", "messages");
    row("a message of a wrong type", R"({"messages": [3]})", "messages");
    row("no role", R"({"messages": [{"content": "Hi"}]})", "messages[0].role");
    row("another role", R"({"messages": [{"role": "god", "content": "Hi"}]})", "messages[0].role");
    row("no content", R"({"messages": [{"role": "user"}]})", "messages[0].content");
    row("a picture", R"({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]})",
        "messages[0].content");
    const auto field = [&](const char* name, const char* value, const char* param) {
      std::string body = R"({"messages": [{"role": "user", "content": "Hi"}]})";
      body.insert(1, "\"" + std::string(name) + "\": " + value + ", ");
      QTest::addRow("%s: %s", name, value) << QByteArray::fromStdString(body) << QByteArray(param);
    };
    field("temperature", "\"hot\"", "temperature");
    field("temperature", "-1", "temperature");
    field("temperature", "1e300", "temperature");
    field("top_p", "1.5", "top_p");
    field("max_tokens", "0", "max_tokens");
    field("max_tokens", "1.5", "max_tokens");
    field("max_tokens", "99999999999999999999", "max_tokens");
    field("n", "0", "n");
    field("n", "1000", "n");
    field("seed", "1e30", "seed");
    field("stop", "[1]", "stop");
    field("stop", "{}", "stop");
    field("stream", "1", "stream");
    field("logprobs", "3", "logprobs");
    field("top_logprobs", "3", "top_logprobs");
    field("presence_penalty", "0.5", "presence_penalty");
    field("logit_bias", R"({"5": 1})", "logit_bias");
    field("response_format", R"({"type": "json_object"})", "response_format");
    field("tool_choice", "\"required\"", "tool_choice");
    field("tools", "[3]", "tools");
    field("tools", R"([{"type": "function"}])", "tools[0].function");
    field("tools", R"([{"type": "function", "function": {"name": "a b"}}])", "tools[0].function.name");
    field("kv_budget", "-32", "kv_budget");
    field("model", "5", "model");
  }

  void badRequestsAreRefusedByName() {
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, param);
    const auto result = m_demo->client().Post("/v1/chat/completions", body.toStdString(), "application/json");
    QVERIFY(result);
    QCOMPARE(result->status, 400);
    const Json error = Json::parse(result->body)["error"];
    QVERIFY(!error["message"].get<std::string>().empty());
    QCOMPARE(said(error["param"]), said(param.isEmpty() ? Json() : Json(param.toStdString())));
  }

  void whatCannotWorkIsRefusedBeforeTheStreamBegins() {
    const auto odd =
        m_demo->chat(question(kSum, {{"kv_policy", "budget"}, {"kv_budget", 33}, {"stream", true}}));
    QCOMPARE(odd.status, 400);
    std::string text;
    for (int i = 0; i < 12000; ++i) text += " 17";
    const auto full = m_demo->chat(question(text, {{"kv_policy", "full"}, {"stream", true}}));
    QCOMPARE(full.status, 400);
    QCOMPARE(said(full.json["error"]["code"]), said("context_length_exceeded"));
  }

  void templatesWithoutToolsSaySo() {
    const Json tools = Json::parse(R"([{"type": "function", "function": {"name": "add"}}])");
    const auto refused = m_demo->chat(question(kSum, {{"tools", tools}}));
    QCOMPARE(refused.status, 400);
    QVERIFY(refused.text.find("knows no tools") != std::string::npos);
    QCOMPARE(
        m_demo->chat(question(kSum, {{"tools", tools}, {"tool_choice", "none"}, {"max_tokens", 2}})).status,
        200);
  }

  void aClientThatLeavesFreesItsPages() {
    ServedDemo demo({.makesRunner = endlessRunner});
    for (const bool streams : {true, false}) {
      std::atomic<bool> leaves{false};
      std::jthread client([&] {
        auto http = demo.client();
        const Json body = question(kSum, {{"stream", streams}, {"ignore_eos", true}});
        httplib::Request request;
        request.method = "POST";
        request.path = "/v1/chat/completions";
        request.body = body.dump();
        if (streams) {
          request.content_receiver = [&](const char*, std::size_t, std::uint64_t, std::uint64_t) {
            return !leaves.load();
          };
          http.send(request);
        } else {
          http.set_read_timeout(0, 300'000);  // gives up
          http.send(request);
        }
      });
      QTRY_VERIFY(demo.served().metrics().running == 1);
      QVERIFY(!demo.isIdle());
      leaves = true;
      client.join();
      QElapsedTimer sinceLeft;
      sinceLeft.start();
      QTRY_VERIFY(demo.isIdle());
      QVERIFY2(sinceLeft.elapsed() < 1000, qPrintable(QString::number(sinceLeft.elapsed())));
    }
  }

  void thePoolIsShownWhileItWorks() {
    ServedDemo demo({.makesRunner = endlessRunner});
    std::string events;
    std::jthread follower([&] {
      auto http = demo.client();
      http.Get("/v1/kv/events", [&](const char* data, std::size_t size) {
        events.append(data, size);
        return events.find("event: finished") == std::string::npos;
      });
    });
    QTest::qWait(100);
    std::jthread client([&] {
      auto http = demo.client();
      http.Post("/v1/chat/completions",
                question(kSum, {{"stream", true},
                                {"kv_policy", "budget"},
                                {"kv_budget", 64},
                                {"kv_period", 32},
                                {"ignore_eos", true},
                                {"max_tokens", 400}})
                    .dump(),
                "application/json");
    });
    Json kv;
    QTRY_VERIFY((kv = demo.get("/v1/kv").json)["sequences"].size() == 1 &&
                kv["sequences"][0]["compressions"] > 1);
    const Json& sequence = kv["sequences"][0];
    QCOMPARE(said(sequence["origin"]), said("client"));
    QCOMPARE(said(sequence["policy"]), said("budget"));
    QVERIFY(sequence["tokens_live"] <= 96);
    QVERIFY(sequence["tokens"].get<int>() > sequence["tokens_live"].get<int>());
    QCOMPARE(kv["pool"]["pages_total"].get<int>(), kv["pool"]["pages_used"].get<int>() +
                                                       kv["pool"]["pages_free"].get<int>() +
                                                       kv["pool"]["pages_prefix_only"].get<int>());
    client.join();
    follower.join();
    for (const char* event : {"event: started\n", "event: compressed\n", "event: finished\n"})
      QVERIFY2(events.find(event) != std::string::npos, events.c_str());
  }

  void aFullQueueSaysWhenToComeBack() {
    DemoOptions options{.makesRunner = endlessRunner};
    options.server.maxOpenRequests = 2;
    ServedDemo demo(std::move(options));
    std::atomic<bool> ends{false};
    std::jthread client([&] {
      httplib::Request request;
      request.method = "POST";
      request.path = "/v1/chat/completions";
      request.body = question(kSum, {{"stream", true}, {"n", 2}, {"ignore_eos", true}}).dump();
      request.content_receiver = [&](const char*, std::size_t, std::uint64_t, std::uint64_t) {
        return !ends.load();
      };
      demo.client().send(request);
    });
    QTRY_COMPARE(demo.served().numOpen(), 2);
    const auto refused = demo.chat(question(kSum));
    QCOMPARE(refused.status, 429);
    QVERIFY(refused.headers.contains("Retry-After"));
    ends = true;
    client.join();
    QTRY_VERIFY(demo.isIdle());
  }

  void repliesThatTakeTooLongEndAsTheyAre() {
    DemoOptions options{.makesRunner = endlessRunner};
    options.server.longestReply = std::chrono::milliseconds(300);
    ServedDemo demo(std::move(options));
    const auto cut = demo.chat(question(kSum, {{"ignore_eos", true}}));
    QCOMPARE(cut.status, 200);
    QCOMPARE(said(cut.json["choices"][0]["finish_reason"]), said("length"));
    QVERIFY(cut.json["usage"]["completion_tokens"] > 10);
  }

  void aModelThatIsUnloadedEndsRepliesWithAnError() {
    ServedDemo demo({.makesRunner = endlessRunner});
    std::string stream;
    int wholeStatus = 0;
    std::jthread streaming([&] {
      stream = demo.chat(question(kSum, {{"stream", true}, {"ignore_eos", true}})).text;
    });
    std::jthread whole([&] { wholeStatus = demo.chat(question(kSum, {{"ignore_eos", true}})).status; });
    QTRY_COMPARE(demo.served().numOpen(), 2);
    QTest::qWait(50);
    demo.stopEngine();
    streaming.join();
    whole.join();
    QCOMPARE(wholeStatus, 503);
    QVERIFY2(stream.find("\"error\"") != std::string::npos, stream.c_str());

    // Nobody can wake it: told at once.
    QElapsedTimer time;
    time.start();
    QCOMPARE(demo.chat(question(kSum)).status, 503);
    QVERIFY(time.elapsed() < 5000);
    // Who stops waiting for it is not waited for.
    demo.served().setWaker([] {});
    {
      auto impatient = demo.client();
      impatient.set_read_timeout(0, 200'000);
      QVERIFY(!impatient.Post("/v1/chat/completions", question(kSum).dump(), "application/json"));
    }
    // Whoever comes while it sleeps wakes it.
    std::atomic<bool> isWoken{false};
    demo.served().setWaker([&] { isWoken = true; });
    int status = 0;
    std::jthread sleeper([&] { status = demo.chat(question(kSum, {{"max_tokens", 3}})).status; });
    QTRY_VERIFY(isWoken);
    demo.startEngine();
    sleeper.join();
    QCOMPARE(status, 200);
  }
};

QTEST_GUILESS_MAIN(TestApiServer)
#include "tst_api_server.moc"
