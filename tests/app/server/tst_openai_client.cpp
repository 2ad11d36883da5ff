// The openai package from npm, unmodified, against the server.
#include <QProcess>
#include <QProcessEnvironment>

#include "tests/app/server/served_demo.h"
#include "tests/support/fake_runner.h"

using namespace zipage;
using namespace zipage::test;

namespace {

/// Declares tools and shows calls and answers in the manner of Qwen and Hermes.
constexpr const char* kToolTemplate =
    "{%- if tools %}<|im_start|>system\nYou may call:\n{%- for tool in tools %}\n{{ tool | tojson }}{% "
    "endfor %}"
    "<|im_end|>\n{% endif %}"
    "{%- for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}"
    "{%- for call in message.tool_calls %}\n<tool_call>\n{{ call.function | tojson }}\n</tool_call>{% endfor "
    "%}"
    "<|im_end|>\n{% endfor %}<|im_start|>assistant\n";

constexpr const char* kCall =
    "Wait.\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}\n</tool_call>";

}  // namespace

class TestOpenaiClient : public QObject {
  Q_OBJECT

 private:
  /// What the script said of a check; empty: it passed.
  static QByteArray run(const QString& check, const ServedDemo& demo, const QString& key = {}) {
    QProcess node;
    node.setWorkingDirectory(QStringLiteral(ZIPAGE_OPENAI_DIR));
    node.setProcessChannelMode(QProcess::MergedChannels);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("ZIPAGE_TEST_KEY"), key);
    node.setProcessEnvironment(environment);
    node.start(QStringLiteral(ZIPAGE_NODE),
               {QStringLiteral("client.mjs"), check, QString::fromStdString(demo.api().address())});
    if (!node.waitForFinished(120'000)) return "it does not end: " + node.readAll();
    return node.exitStatus() == QProcess::NormalExit && node.exitCode() == 0 ? QByteArray()
                                                                             : node.readAll() + "!";
  }

 private Q_SLOTS:
  void theModelAnswers_data() {
    QTest::addColumn<QString>("check");
    for (const char* check : {"models", "chat", "stream", "logprobs", "errors", "completion"})
      QTest::newRow(check) << QString::fromLatin1(check);
  }

  void theModelAnswers() {
    QFETCH(QString, check);
    static ServedDemo demo;
    QCOMPARE(run(check, demo), QByteArray());
  }

  void abortedRequestsEnd() {
    ServedDemo demo({.makesRunner = [](const EngineLimits& limits) {
      auto runner = std::make_unique<FakeRunner>(limits, limits.vocabularySize);
      runner->script = {65};
      runner->beforeStep = [] { std::this_thread::sleep_for(std::chrono::milliseconds(2)); };
      return runner;
    }});
    QCOMPARE(run(QStringLiteral("abort"), demo), QByteArray());
    QTRY_VERIFY(demo.isIdle());
  }

  void toolsAreCalled() {
    std::vector<TokenId> script;
    DemoOptions options;
    options.chatTemplate = kToolTemplate;
    options.makesRunner = [&](const EngineLimits& limits) {
      auto runner = std::make_unique<FakeRunner>(limits, limits.vocabularySize);
      runner->script = script;
      return runner;
    };
    const auto tokenizer = ServedDemo().tokenizer();
    script = tokenizer->encode(kCall);
    script.push_back(tokenizer->endTokens().front());
    ServedDemo demo(options);
    QCOMPARE(run(QStringLiteral("tools"), demo), QByteArray());
  }

  void aKeyIsSent() {
    DemoOptions options;
    options.server.keys = {"the-key"};
    const ServedDemo demo(options);
    QCOMPARE(run(QStringLiteral("key"), demo, QStringLiteral("the-key")), QByteArray());
    QVERIFY2(!run(QStringLiteral("key"), demo, QStringLiteral("a-key")).isEmpty(), "the script can fail");
  }
};

QTEST_GUILESS_MAIN(TestOpenaiClient)
#include "tst_openai_client.moc"
