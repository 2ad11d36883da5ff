// What zipage-cli says to input that cannot be served: a message on stderr, exit code 2, nothing on stdout,
// no crash.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "app/common/model_paths.h"
#include "tests/app/cli/program/cli_process.h"

using namespace zipage;

class TestCliBadInput : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir m_folder;

  QString fileWith(const char* name, const QByteArray& bytes) {
    QFile file(m_folder.filePath(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
      qFatal("cannot write a test file");
    return file.fileName();
  }

  static QByteArray demoBytes() {
    const auto path = demoModelPath();
    if (!path) return {};
    QFile file(QString::fromStdString(path->string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  }

  static void expectRefused(const CliOutcome& outcome, const char* word) {
    QVERIFY2(!outcome.crashed, outcome.errors.constData());
    QVERIFY2(outcome.errors.contains(word), outcome.errors.constData());
    QCOMPARE(outcome.exitCode, 2);
    QVERIFY2(outcome.output.isEmpty(), outcome.output.constData());
  }

 private Q_SLOTS:
  void optionsThatCannotWork_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("word");
    const QStringList run = {"run", "--prompt", "Hi"};
    QTest::newRow("unknown policy") << (run + QStringList{"--policy", "some"}) << QByteArray("some");
    QTest::newRow("unknown preset") << (run + QStringList{"--preset", "magic"}) << QByteArray("magic");
    QTest::newRow("unknown device") << (run + QStringList{"--device", "abacus"}) << QByteArray("abacus");
    QTest::newRow("missing model") << (run + QStringList{"--model", "/nowhere.gguf"})
                                   << QByteArray("/nowhere.gguf");
    QTest::newRow("model is a folder") << (run + QStringList{"--model", "/"}) << QByteArray("/");
    QTest::newRow("odd page size") << (run + QStringList{"--page-tokens", "7"})
                                   << QByteArray("--page-tokens");
    QTest::newRow("budget no multiple of the page")
        << (run + QStringList{"--budget", "100"}) << QByteArray("budget");
    QTest::newRow("no budget") << (run + QStringList{"--budget", "0"}) << QByteArray("budget");
    QTest::newRow("negative budget") << (run + QStringList{"--budget", "-32"}) << QByteArray("budget");
    QTest::newRow("period no multiple of the page")
        << (run + QStringList{"--period", "33"}) << QByteArray("period");
    QTest::newRow("budget smaller than the window")
        << (run + QStringList{"--budget", "16", "--period", "16", "--page-tokens", "16"})
        << QByteArray("budget");
    QTest::newRow("budget larger than the pool")
        << (run + QStringList{"--budget", "2048", "--pool-tokens", "256"}) << QByteArray("pool");
    QTest::newRow("no pool") << (run + QStringList{"--pool-tokens", "0"}) << QByteArray("--pool-tokens");
    QTest::newRow("temperature below zero")
        << (run + QStringList{"--temperature", "-1"}) << QByteArray("temperature");
    QTest::newRow("temperature is no number")
        << (run + QStringList{"--temperature", "warm"}) << QByteArray("warm");
    QTest::newRow("temperature nan") << (run + QStringList{"--temperature", "nan"})
                                     << QByteArray("temperature");
    QTest::newRow("no tokens wanted") << (run + QStringList{"--max-tokens", "0"}) << QByteArray("max-tokens");
    QTest::newRow("threads below zero") << (run + QStringList{"--threads", "-2"}) << QByteArray("--threads");
    QTest::newRow("empty prompt") << QStringList{"run", "--prompt", ""} << QByteArray("prompt");
    QTest::newRow("blank prompt") << QStringList{"run", "--prompt", " \n"} << QByteArray("empty");
    QTest::newRow("no prompt") << QStringList{"run"} << QByteArray("--prompt");
    QTest::newRow("no command") << QStringList{} << QByteArray("subcommand");
    QTest::newRow("unknown command") << QStringList{"dance"} << QByteArray("subcommand");
    QTest::newRow("unknown option") << (run + QStringList{"--speed", "9"}) << QByteArray("--speed");
    QTest::newRow("missing set") << QStringList{"eval", "--set", "/nowhere.jsonl"}
                                 << QByteArray("/nowhere.jsonl");
    const QStringList eval = {"eval", "--set", "/nowhere.jsonl"};
    QTest::newRow("no samples") << (eval + QStringList{"--samples", "0"}) << QByteArray("--samples");
    QTest::newRow("samples that are no number")
        << (eval + QStringList{"--samples", "x"}) << QByteArray("--samples");
    QTest::newRow("no replies at a time")
        << (eval + QStringList{"--concurrency", "0"}) << QByteArray("--concurrency");
    QTest::newRow("too many replies at a time")
        << (eval + QStringList{"--concurrency", "100000"}) << QByteArray("--concurrency");
    QTest::newRow("eval: a seed below zero") << (eval + QStringList{"--seed", "-1"}) << QByteArray("--seed");
    QTest::newRow("eval: a limit below zero")
        << (eval + QStringList{"--limit", "-1"}) << QByteArray("--limit");
    QTest::newRow("eval: unknown policy") << (eval + QStringList{"--policy", "half"}) << QByteArray("half");
    QTest::newRow("eval: unknown preset") << (eval + QStringList{"--preset", "best"}) << QByteArray("best");
    QTest::newRow("eval without a set") << QStringList{"eval"} << QByteArray("--set");
  }

  void optionsThatCannotWork() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, word);
    expectRefused(runCli(arguments), word.constData());
  }

  void anEmptyModelFileIsRefused() {
    const QString file = fileWith("empty.gguf", {});
    expectRefused(runCli({"run", "--prompt", "Hi", "--model", file}), "empty.gguf");
  }

  void aForeignFileIsRefused() {
    const QString file = fileWith("photo.gguf", QByteArray("\x89PNG\r\n\x1a\n", 8) + QByteArray(4096, 'x'));
    expectRefused(runCli({"run", "--prompt", "Hi", "--model", file}), "photo.gguf");
  }

  void aTruncatedModelIsRefusedWhereverItEnds_data() {
    QTest::addColumn<double>("share");
    for (const double share : {0.00001, 0.001, 0.01, 0.5, 0.9999}) QTest::addRow("%g", share) << share;
  }

  void aTruncatedModelIsRefusedWhereverItEnds() {
    QFETCH(double, share);
    const QByteArray whole = demoBytes();
    QVERIFY2(!whole.isEmpty(), "the built-in model is part of the tree");
    const QString file = fileWith("cut.gguf", whole.left(static_cast<qsizetype>(whole.size() * share)));
    expectRefused(runCli({"run", "--prompt", "Hi", "--model", file}), "cut.gguf");
  }

  void aPromptThatIsNotUtf8IsRefused() {
    expectRefused(runCli({"run", "--prompt", "-"}, QByteArray("caf\xE9 \xFF")), "UTF-8");
  }

  void anEmptyStandardInputIsRefused() { expectRefused(runCli({"run", "--prompt", "-"}), "empty"); }

  void aPromptLongerThanThePoolIsRefusedUnderFullPolicy() {
    const QByteArray prompt = QByteArray("one two three ").repeated(2000);
    expectRefused(runCli({"run", "--prompt", "-", "--policy", "full", "--pool-tokens", "1024"}, prompt),
                  "pool");
  }

  void aBudgetThatCannotWorkIsRefusedBeforeAnyProblem_data() {
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QByteArray>("word");
    QTest::newRow("no multiple") << QStringList{"--budget", "100"} << QByteArray("budget");
    QTest::newRow("period is no multiple") << QStringList{"--period", "100"} << QByteArray("period");
    QTest::newRow("larger than the pool")
        << QStringList{"--budget", "2048", "--pool-tokens", "512"} << QByteArray("pool");
    QTest::newRow("smaller than the window")
        << QStringList{"--budget", "16", "--period", "16", "--page-tokens", "16"} << QByteArray("budget");
    QTest::newRow("temperature") << QStringList{"--temperature", "-2"} << QByteArray("temperature");
    QTest::newRow("a pool of one page") << QStringList{"--pool-tokens", "32"} << QByteArray("pool");
    QTest::newRow("prompt larger than the pool")
        << QStringList{"--policy", "full", "--pool-tokens", "32", "--page-tokens", "16"}
        << QByteArray("pool");
  }

  void aBudgetThatCannotWorkIsRefusedBeforeAnyProblem() {
    QFETCH(QStringList, options);
    QFETCH(QByteArray, word);
    const QByteArray prompt = QByteArray("How much is 12 + 34? ").repeated(8);
    const QString file = fileWith("set.jsonl", "{\"prompt\":\"" + prompt + "\",\"answer\":\"46\"}\n");
    expectRefused(runCli(QStringList{"eval", "--set", file} + options), word.constData());
  }

  void aBadLineOfASetIsNamed() {
    const QString file = fileWith("set.jsonl", "{\"prompt\":\"p\",\"answer\":\"a\"}\nnonsense\n");
    expectRefused(runCli({"eval", "--set", file}), "line 2");
  }
};

QTEST_GUILESS_MAIN(TestCliBadInput)
#include "tst_cli_bad_input.moc"
