// Chat templates as models bring them: rendered to the byte as Python's jinja2 does, refused in the
// template's own words, stopped when they do not end.
#include <QElapsedTimer>
#include <QTest>
#include <filesystem>
#include <fstream>
#include <map>

#include "app/templates/chat_template.h"

using namespace zipage;
namespace fs = std::filesystem;

namespace {

const fs::path kData = fs::path(ZIPAGE_SOURCE_DIR) / ".." / "shared" / "data" / "templates";

std::string readFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TemplateContext oneQuestion(const std::string& text) {
  return {{"messages", {{{"role", "user"}, {"content", text}}}}, {"add_generation_prompt", true}};
}

/// Parsed once for all conversations: parsing is what takes time.
ChatTemplate& publicTemplate(const std::string& file) {
  static std::map<std::string, std::unique_ptr<ChatTemplate>> parsed;
  auto& entry = parsed[file];
  if (!entry) entry = std::move(*ChatTemplate::parse(readFile(kData / file)));
  return *entry;
}

Result<std::string> renderOnce(std::string_view source, const TemplateContext& context) {
  auto parsed = ChatTemplate::parse(source);
  if (!parsed) return tl::unexpected(parsed.error());
  return (*parsed)->render(context);
}

}  // namespace

class TestChatTemplate : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void publicTemplatesRenderAsInPython_data() {
    QTest::addColumn<QString>("templateFile");
    QTest::addColumn<QString>("contextFile");
    QTest::addColumn<bool>("raises");
    QTest::addColumn<QByteArray>("expected");
    if (!fs::exists(kData / "expected.json")) return;
    const auto cases = nlohmann::json::parse(readFile(kData / "expected.json"));
    for (const auto& entry : cases) {
      const std::string templateFile = entry["template"];
      const std::string contextFile = entry["context"];
      const bool raises = entry["expected"].is_null();
      const std::string expected = raises ? std::string() : entry["expected"].get<std::string>();
      QTest::newRow((templateFile + " / " + contextFile).c_str())
          << QString::fromStdString(templateFile) << QString::fromStdString(contextFile) << raises
          << QByteArray::fromStdString(expected);
    }
  }

  void publicTemplatesRenderAsInPython() {
    if (!fs::exists(kData / "expected.json")) QSKIP("the public templates are not beside this source tree");
    QFETCH(QString, templateFile);
    QFETCH(QString, contextFile);
    QFETCH(bool, raises);
    QFETCH(QByteArray, expected);
    const auto context = TemplateContext::parse(readFile(kData / contextFile.toStdString()));
    const auto text = publicTemplate(templateFile.toStdString()).render(context);
    if (raises) {
      QVERIFY2(!text, "the template must refuse this conversation");
      QVERIFY(!text.error().message.empty());
      return;
    }
    QVERIFY2(text, text ? "" : text.error().message.c_str());
    QCOMPARE(QByteArray::fromStdString(*text), expected);
  }

  void theWordsOfRaiseExceptionReachTheCaller() {
    const auto text = renderOnce("{{ raise_exception('System role not supported') }}", oneQuestion("Hi"));
    QVERIFY(!text);
    QCOMPARE(text.error().code, ErrorCode::Unsupported);
    QCOMPARE(text.error().message, std::string("System role not supported"));
  }

  void aMalformedTemplateIsAnErrorThatSaysSo() {
    const auto parsed = ChatTemplate::parse("{% for message in messages %}{{ message.content ");
    QVERIFY(!parsed);
    QCOMPARE(parsed.error().code, ErrorCode::InvalidFile);
    QVERIFY(parsed.error().message.find("malformed") != std::string::npos);
  }

  void aTemplateThatNeverEndsIsStopped() {
    auto parsed = ChatTemplate::parse(
        "{% for a in range(100000) %}{% for b in range(100000) %}{% set c = a * b %}{% endfor %}{% endfor %}",
        std::chrono::milliseconds(300));
    QVERIFY(parsed);
    QElapsedTimer timer;
    timer.start();
    const auto text = (*parsed)->render(oneQuestion("Hi"));
    QVERIFY(!text);
    QVERIFY2(text.error().message.find("too long") != std::string::npos, text.error().message.c_str());
    QVERIFY2(timer.elapsed() < 5000, "the limit is kept, give or take a busy machine");
  }

  /// Compiled, the loops above crash the script engine about once in fifty runs.
  void scriptsAreInterpreted() {
    QVERIFY(ChatTemplate::parse("x"));
    QVERIFY(qEnvironmentVariableIsSet("QV4_FORCE_INTERPRETER"));
  }

  void aStoppedTemplateStillAnswersTheNextTime() {
    auto parsed = ChatTemplate::parse(
        "{% if messages[0].content == 'long' %}{% for a in range(100000) %}{% for b in range(100000) %}"
        "{% set c = a * b %}{% endfor %}{% endfor %}{% endif %}done",
        std::chrono::milliseconds(300));
    QVERIFY(parsed);
    QVERIFY(!(*parsed)->render(oneQuestion("long")));
    const auto text = (*parsed)->render(oneQuestion("short"));
    QVERIFY2(text, text ? "" : text.error().message.c_str());
    QCOMPARE(*text, std::string("done"));
  }

  void aParsedTemplateRendersManyConversations() {
    auto parsed = ChatTemplate::parse("[{{ messages[0].content }}]");
    QVERIFY(parsed);
    for (const char* words : {"one", "two", "Grüße, 日本, 🙂", "\"quoted\" \\n"}) {
      const auto text = (*parsed)->render(oneQuestion(words));
      QVERIFY(text);
      QCOMPARE(*text, "[" + std::string(words) + "]");
    }
  }

  void toolsAndDocumentsAreNullUnlessGiven() {
    const std::string source = "{{ tools is none }} {{ documents is none }}";
    QCOMPARE(*renderOnce(source, oneQuestion("Hi")), std::string("True True"));
    TemplateContext context = oneQuestion("Hi");
    context["tools"] = TemplateContext::array();
    QCOMPARE(*renderOnce(source, context), std::string("False True"));
  }

  void todayIsWrittenAsInTheCLocale() {
    const QString expected = QLocale::c().toString(QDate::currentDate(), QStringLiteral("dd MMM yyyy, dddd"));
    const auto text = renderOnce("{{ strftime_now('%d %b %Y, %A') }}", {});
    QVERIFY(text);
    QCOMPARE(QString::fromStdString(*text), expected);
  }

  void textThatIsNotUtf8IsReplacedAndNotFatal() {
    const auto text = renderOnce("{{ messages[0].content }}", oneQuestion("a\xFF"
                                                                          "b"));
    QVERIFY(text);
    QCOMPARE(*text, std::string("a\xEF\xBF\xBD"
                                "b"));
  }
};

QTEST_GUILESS_MAIN(TestChatTemplate)
#include "tst_chat_template.moc"
