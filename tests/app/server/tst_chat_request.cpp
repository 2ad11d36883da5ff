// What a chat request says: messages, tools, and every field that has a range; and whatever else somebody may
// send.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <random>

#include "app/server/access_check.h"
#include "app/server/chat_messages.h"
#include "app/server/generation_fields.h"

using namespace zipage;

namespace {

GenerationOptions generationOf(const Json& body, std::optional<ApiError>* problem = nullptr) {
  JsonFields fields(body);
  GenerationOptions options = readGeneration(fields, {}, {});
  if (problem != nullptr) *problem = fields.problem();
  return options;
}

/// A request with something of everything.
std::string richRequest() {
  QFile file(QStringLiteral(ZIPAGE_SOURCE_DIR "/tests/app/server/rich_request.json"));
  if (!file.open(QIODevice::ReadOnly)) qFatal("the request is missing");
  return file.readAll().toStdString();
}

}  // namespace

class TestChatRequest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void messagesAreRead() {
    const auto chat = readChat(*parseBody(richRequest()));
    QVERIFY2(chat, chat ? "" : chat.error().message.c_str());
    QCOMPARE(chat->turns.size(), std::size_t{4});
    QCOMPARE(chat->turns[0].role, TurnRole::System);
    QCOMPARE(chat->turns[1].text, std::string("ab"));
    QCOMPARE(chat->turns[2].reasoning, std::string("hm"));
    QCOMPARE(chat->turns[2].toolCalls.front().arguments, std::string("{\"x\": 1}"));
    QCOMPARE(chat->turns[3].role, TurnRole::Tool);
    QCOMPARE(chat->turns[3].toolName, std::string("add"));
    QCOMPARE(chat->toolNames, std::vector<std::string>{"add"});
  }

  void fieldsAreRead() {
    std::optional<ApiError> problem;
    const GenerationOptions options = generationOf(*parseBody(richRequest()), &problem);
    QVERIFY(!problem);
    QCOMPARE(*options.settings.temperature, 0.5F);
    QCOMPARE(*options.settings.topK, 0);
    QCOMPARE(options.settings.seed, static_cast<std::uint64_t>(-3));
    QCOMPARE(options.settings.maxNewTokens, 100);
    QCOMPARE(options.settings.policy, MemoryPolicy::Budget);
    QCOMPARE(*options.settings.budgetTokens, 64);
    QCOMPARE(options.settings.preset, std::string("zipage"));
    QCOMPARE(options.numChoices, 2);
    QCOMPARE(options.stops, (std::vector<std::string>{"a", "b"}));
    QVERIFY(options.streams && options.includesUsage && !options.enableThinking);
  }

  void silenceMeansTheDefaults() {
    RequestSettings defaults;
    defaults.policy = MemoryPolicy::Grow;
    defaults.temperature = 0.3F;
    const Json empty = Json::object();
    JsonFields fields(empty);
    const GenerationOptions options = readGeneration(fields, defaults, {.maxNewTokens = 77});
    QCOMPARE(options.settings.policy, MemoryPolicy::Grow);
    QCOMPARE(*options.settings.temperature, 0.3F);
    QCOMPARE(options.settings.maxNewTokens, 77);
    QVERIFY(!options.streams && options.enableThinking);
  }

  void nestingHasAnEnd() {
    QVERIFY(!parseBody(std::string(100'000, '[')));
    QVERIFY(!parseBody("{\"a\": " + std::string(200, '[') + std::string(200, ']') + "}"));
    QVERIFY(parseBody("{\"a\": " + std::string(50, '[') + std::string(50, ']') + "}"));
    QVERIFY(parseBody("{\"a\": \"" + std::string(1000, '[') + "\\\"\"}"));
  }

  void hostsAreKnownInAnyCase() {
    const AccessRules rules{{}, {"Box.Example"}, {}};
    for (const char* host : {"box.example", "BOX.example:80", "[::1]:80", "10.1.2.3"})
      QVERIFY2(!refusalOf({host, "", ""}, rules), host);
    for (const char* host : {"", "evil.example", "box.example.evil", "box"})
      QVERIFY2(refusalOf({host, "", ""}, rules), host);
  }

  void keysAreKeptFromOthers() {
    QTemporaryDir folder;
    const std::string path = folder.filePath("keys").toStdString();
    QCOMPARE(readKeys(path).error().code, ErrorCode::Io);
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("  first \r\n\nsecond\n");
    file.close();
    file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    QCOMPARE(*readKeys(path), (std::vector<std::string>{"first", "second"}));
    file.setPermissions(QFileDevice::ReadOwner | QFileDevice::ReadGroup);
    QCOMPARE(readKeys(path).error().code, ErrorCode::InvalidArgument);
    for (const char* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]:80", "LOCALHOST:80"})
      QVERIFY2(isLoopback(host), host);
    for (const char* host : {"0.0.0.0", "192.168.0.1", "127.evil.example", "::", "localhost.evil.example"})
      QVERIFY2(!isLoopback(host), host);
  }

  // Bytes changed, cut, doubled and swapped for pieces of JSON: an answer or an error, never more.
  void spoiledRequestsAreErrors() {
    const std::string request = richRequest();
    const std::vector<std::string> pieces = {"null",
                                             "[]",
                                             "{}",
                                             "\"\"",
                                             "-1",
                                             "1e999",
                                             "true",
                                             "\\u0000",
                                             ",",
                                             "\xff",
                                             "\"tool_calls\": [{}]",
                                             "99999999999999999999"};
    int numErrors = 0;
    for (unsigned seed = 1; seed <= 20'000; ++seed) {
      std::mt19937 random(seed);
      std::string body = request;
      for (unsigned change = 0; change <= random() % 4; ++change) {
        const std::size_t at = random() % body.size();
        const std::size_t length = std::min<std::size_t>(random() % 12, body.size() - at);
        switch (random() % 4) {
          case 0:
            body[at] = static_cast<char>(random());
            break;
          case 1:
            body.erase(at, length);
            break;
          case 2:
            body.replace(at, length, pieces[random() % pieces.size()]);
            break;
          default:
            body.insert(at, body.substr(random() % body.size(), length));
        }
        if (body.empty()) body = " ";
      }
      const auto parsed = parseBody(body);
      if (!parsed) {
        ++numErrors;
        QVERIFY(!toJson(parsed.error())["error"]["message"].get<std::string>().empty());
        continue;
      }
      std::optional<ApiError> problem;
      generationOf(*parsed, &problem);
      const auto chat = readChat(*parsed);
      if (chat && !problem) continue;
      ++numErrors;
      const ApiError& error = problem ? *problem : chat.error();
      QCOMPARE(error.status, 400);
      QVERIFY2(!error.message.empty() && !error.param.empty(), body.c_str());
    }
    QVERIFY2(numErrors > 10'000 && numErrors < 20'000, qPrintable(QString::number(numErrors)));
  }
};

QTEST_GUILESS_MAIN(TestChatRequest)
#include "tst_chat_request.moc"
