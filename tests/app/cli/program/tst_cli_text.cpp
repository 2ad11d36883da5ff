// tokenize, detokenize and render as other programs call them: what is on standard output, to the byte, and
// the exit codes.
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/cli/program/cli_process.h"

using namespace zipage;

class TestCliText : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir m_folder;

  QString fileWith(const char* name, const QByteArray& bytes) {
    QFile file(m_folder.filePath(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
      qFatal("cannot write a test file");
    return file.fileName();
  }

  CliOutcome render(const QByteArray& source, const QByteArray& context) {
    return runCli(
        {"render", "--template", fileWith("t.jinja", source), "--context", fileWith("c.json", context)});
  }

 private Q_SLOTS:
  void aFileIsCutAtTheSeparator() {
    const QString file = fileWith("texts", "What is 2 + 2?--\n--Hi");
    const auto outcome = runCli({"tokenize", "--file", file, "--separator", "--"});
    QCOMPARE(outcome.exitCode, 0);
    const QList<QByteArray> lines = outcome.output.split('\n');
    QCOMPARE(lines.size(), 4);
    QCOMPARE(lines[0] + "\n", runCli({"tokenize", "--text", "What is 2 + 2?"}).output);
    QCOMPARE(lines[1] + "\n", runCli({"tokenize", "--text", "\n"}).output);
    QCOMPARE(lines[2] + "\n", runCli({"tokenize", "--text", "Hi"}).output);
    const auto escaped = runCli({"tokenize", "--file", file, "--separator", R"(--\n--)"});
    QCOMPARE(escaped.output, lines[0] + "\n" + lines[2] + "\n");
  }

  void tokensComeBackAsTheText() {
    const QString text = QStringLiteral("Grüße, 日本 🙂 <|im_end|> and 37.");
    const QByteArray ids = runCli({"tokenize", "--text", text}).output.trimmed();
    const auto outcome = runCli(QStringList{"detokenize"} + QString::fromUtf8(ids).split(' '));
    QCOMPARE(outcome.exitCode, 0);
    QCOMPARE(QString::fromUtf8(outcome.output), text);
  }

  void controlTokensAreTakenFromTextOnlyWhenAsked() {
    QVERIFY(runCli({"tokenize", "--text", "<|im_end|>"}).output != "3\n");
    QCOMPARE(runCli({"tokenize", "--special", "--text", "<|im_end|>"}).output, QByteArray("3\n"));
    QCOMPARE(runCli({"detokenize", "3"}).output, QByteArray("<|im_end|>"));
  }

  void aTemplateIsRenderedToTheByte() {
    const auto outcome =
        render("{{ messages[0].content }}|{{ x }}\n\n", R"({"messages":[{"content":"ä\n"}],"x":true})");
    QCOMPARE(outcome.exitCode, 0);
    QCOMPARE(outcome.output, QByteArray("ä\n|True\n"));  // Jinja takes the last line break of a source away
  }

  void theTemplateOfAModelIsRendered() {
    const auto outcome =
        runCli({"render", "--model", "demo", "--context",
                fileWith("c.json",
                         R"({"messages":[{"role":"user","content":"Hi"}],"add_generation_prompt":true})")});
    QCOMPARE(outcome.exitCode, 0);
    QVERIFY(outcome.output.startsWith("<|im_start|>user\nHi<|im_end|>"));
    QVERIFY(outcome.output.endsWith("<|im_start|>assistant\n"));
  }

  void aTemplateThatRaisesExitsWithThree() {
    const auto outcome = render("before {{ raise_exception('No system role, please') }}", "{}");
    QCOMPARE(outcome.exitCode, 3);
    QCOMPARE(outcome.output, QByteArray());
    QVERIFY2(outcome.errors.contains("No system role, please"), outcome.errors.constData());
  }

  void aModelIsDescribedWithoutLoadingIt() {
    const auto outcome = runCli({"inspect", "--json"});
    QVERIFY2(outcome.exitCode == 0, outcome.errors.constData());
    const QJsonObject all = QJsonDocument::fromJson(outcome.output).object();
    QCOMPARE(all["config"]["architecture"].toString(), QStringLiteral("qwen3"));
    QCOMPARE(all["config"]["layers"].toInt(), 8);
    QCOMPARE(all["tokenizer"]["tokens"].toInt(), 2048);
    QVERIFY(all["template"]["characters"].toInt() > 100);
    // Eight layers of two heads of 64 float32 keys and values, a position and a score each.
    QCOMPARE(all["memory"]["kv_bytes_per_token"].toInt(), 8 * 2 * (2 * 64 * 4 + 8));
    QCOMPARE(all["memory"]["weights_bytes"].toInt(),
             all["tensors"]["BF16"]["bytes"].toInt() + all["tensors"]["F32"]["bytes"].toInt());
    QVERIFY(runCli({"inspect"}).output.contains("qwen3"));
  }

  void badInputIsRefused_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("word");
    const QString good = fileWith("good.json", "{}");
    const QString vocabulary = fileWith("short.gguf", "GGUF\3\0\0\0");
    const auto row = [](const char* name, const QStringList& arguments, const char* word) {
      QTest::newRow(name) << arguments << QByteArray(word);
    };
    row("no such token", {"detokenize", "5000000"}, "5000000");
    row("a negative token", {"detokenize", "--", "-4"}, "-4");
    row("no text", {"tokenize"}, "--text");
    row("two texts", {"tokenize", "--text", "a", "--file", good}, "--");
    row("no such file", {"tokenize", "--file", "/nowhere"}, "/nowhere");
    row("a folder", {"tokenize", "--file", "/"}, "/");
    row("a cut vocabulary", {"tokenize", "--model", vocabulary, "--text", "a"}, "short.gguf");
    row("a begin that is none", {"tokenize", "--text", "a", "--add-bos", "--model", "/nowhere"}, "/nowhere");
    row("nothing to inspect", {"inspect", "--model", vocabulary}, "short.gguf");
    row("context is no JSON", {"render", "--context", fileWith("bad.json", "{")}, "bad.json");
    row("context is a list", {"render", "--context", fileWith("list.json", "[]")}, "list.json");
    row("a malformed template", {"render", "--template", fileWith("m.jinja", "{% if %}"), "--context", good},
        "malformed");
    row("a template without end",
        {"render", "--template",
         fileWith("e.jinja",
                  "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}"),
         "--context", good},
        "too long");
  }

  void badInputIsRefused() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, word);
    const auto outcome = runCli(arguments);
    QVERIFY2(!outcome.crashed && outcome.exitCode == 2, outcome.errors.constData());
    QVERIFY2(outcome.errors.contains(word), outcome.errors.constData());
    QVERIFY2(outcome.output.isEmpty(), outcome.output.constData());
  }
};

QTEST_GUILESS_MAIN(TestCliText)
#include "tst_cli_text.moc"
