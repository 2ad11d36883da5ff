// zipage-cli with the built-in model: it answers, in a bounded number of pages, the same for the same seed.
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>

#include "tests/app/cli/program/cli_process.h"

using namespace zipage;

namespace {

constexpr int kBudget = 64;
constexpr int kPeriod = 32;
constexpr int kPage = 16;

// One thread: on a busy machine two would wait for each other more than they work.
const QStringList kOneThread = {"--threads", "1"};
const QStringList kBounded = kOneThread + QStringList{"--policy",      "budget",
                                                      "--budget",      QString::number(kBudget),
                                                      "--period",      QString::number(kPeriod),
                                                      "--page-tokens", QString::number(kPage)};

QJsonObject jsonOf(const CliOutcome& outcome) { return QJsonDocument::fromJson(outcome.output).object(); }

}  // namespace

class TestCliAnswers : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aLongReplyStaysWithinItsPages() {
    const auto outcome = runCli(QStringList{"run", "--prompt", "What is 12 + 30?", "--max-tokens", "400",
                                            "--ignore-eos", "--temperature", "0", "--json"} +
                                kBounded);
    QVERIFY2(outcome.exitCode == 0, outcome.errors.constData());
    const QJsonObject reply = jsonOf(outcome);
    QCOMPARE(reply["tokens"].toInt(), 400);
    QCOMPARE(reply["finish_reason"].toString(), QString("length"));
    QVERIFY(reply["compressions"].toInt() >= (400 - kBudget - kPeriod) / kPeriod);
    QVERIFY(reply["evicted"].toInt() > 0);
    QVERIFY(!reply["reasoning"].toString().isEmpty() || !reply["text"].toString().isEmpty());
    QVERIFY(reply["tokens_per_second"].toDouble() > 0.0);
    // All pages of the capacity, and the few a prompt longer than it may take before the first compression.
    const int capacityPages = (kBudget + kPeriod) / kPage;
    const int promptPages = (reply["prompt_tokens"].toInt() + kPage - 1) / kPage + 1;
    QVERIFY2(reply["peak_pages"].toInt() <= std::max(capacityPages, promptPages), outcome.output.constData());
  }

  void theSameSeedGivesTheSameReply() {
    const QStringList arguments = {
        "run",    "--prompt", "What is 2 + 2?", "--max-tokens", "48", "--temperature", "1",
        "--seed", "7",        "--json"};
    const QJsonObject first = jsonOf(runCli(arguments));
    const QJsonObject second = jsonOf(runCli(arguments));
    QVERIFY(first["tokens"].toInt() > 0);
    QCOMPARE(first["reasoning"], second["reasoning"]);
    QCOMPARE(first["text"], second["text"]);
  }

  void aPromptComesFromStandardInputToo() {
    const auto outcome = runCli({"run", "--prompt", "-", "--max-tokens", "8", "--json"}, "What is 2 + 2?\n");
    QVERIFY2(outcome.exitCode == 0, outcome.errors.constData());
    QVERIFY(jsonOf(outcome)["tokens"].toInt() > 0);
  }

  void withoutJsonTheReplyIsOnStdoutAndTheFiguresOnStderr() {
    const auto outcome =
        runCli(QStringList{"run", "--prompt", "What is 2 + 2?", "--max-tokens", "200", "--live"} + kBounded);
    QVERIFY2(outcome.exitCode == 0, outcome.errors.constData());
    QVERIFY(!outcome.output.trimmed().isEmpty());
    QVERIFY2(outcome.errors.contains("tokens/s"), outcome.errors.constData());
    QVERIFY2(outcome.errors.contains("evicted"), outcome.errors.constData());
    QVERIFY2(!outcome.output.contains('\033'), "no colours where there is no terminal");
  }

  void withoutABudgetTheEndOfThePoolIsSaid() {
    const auto outcome =
        runCli(QStringList{"run", "--prompt", "What is 2 + 2?", "--policy", "full", "--pool-tokens", "128",
                           "--max-tokens", "1000", "--ignore-eos", "--json"} +
               kOneThread);
    QCOMPARE(outcome.exitCode, 1);
    QCOMPARE(jsonOf(outcome)["finish_reason"].toString(), QString("pool_exhausted"));
    QVERIFY2(outcome.errors.contains("pool"), outcome.errors.constData());
  }

  void interruptingEndsTheReplyWithItsFigures() {
    QProcess process;
    process.start(QStringLiteral(ZIPAGE_CLI), QStringList{"run", "--prompt", "What is 2 + 2?", "--max-tokens",
                                                          "1000000", "--ignore-eos"} +
                                                  kBounded);
    QVERIFY(process.waitForReadyRead(60000));
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(60000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 130);
    QVERIFY(process.readAllStandardError().contains("cancelled:"));
  }

  void aSetOfFiveProblemsIsJudged() {
    QTemporaryDir folder;
    QFile set(folder.filePath("set.jsonl"));
    QVERIFY(set.open(QIODevice::WriteOnly));
    const QString line =
        "{\"family\":\"%1\",\"level\":2,\"prompt\":\"How much is %2 + 856?\",\"answer\":\"%3\"}";
    for (int number = 0; number < 5; ++number) {
      const int summand = 136 + 11 * number;
      // The last answer is wrong on purpose: judging right answers right is only half of it.
      const int answer = number == 4 ? 1 : summand + 856;
      set.write(line.arg(number < 3 ? "small" : "large").arg(summand).arg(answer).toUtf8() + "\n");
    }
    set.close();
    const auto outcome =
        runCli(QStringList{"eval", "--set", set.fileName(), "--max-tokens", "2000", "--temperature", "0",
                           "--concurrency", "5", "--policy", "full", "--json"} +
               kOneThread);
    QVERIFY2(outcome.exitCode == 0, outcome.errors.constData());
    const QJsonObject result = jsonOf(outcome);
    QCOMPARE(result["count"].toInt(), 5);
    QCOMPARE(result["families"]["small"]["count"].toInt(), 3);
    QCOMPARE(result["families"]["large"]["count"].toInt(), 2);
    QCOMPARE(result["correct"].toInt(), 4);
    QCOMPARE(result["families"]["small"]["accuracy"].toDouble(), 1.0);
    QCOMPARE(result["accuracy"].toDouble(), 0.8);
    QVERIFY(result["low"].toDouble() < 0.8 && result["high"].toDouble() > 0.8);
    QVERIFY(result["mean_length"].toDouble() > 20.0);
    QVERIFY(result["peak_pages"].toInt() > 5);
  }

  void samplesOfAProblemShareItsPrompt() {
    QTemporaryDir folder;
    QFile set(folder.filePath("set.jsonl"));
    QVERIFY(set.open(QIODevice::WriteOnly));
    for (const char* summand : {"136", "258"})
      set.write(
          QByteArray("{\"family\":\"add\",\"prompt\":\"How much is ") + summand +
          " + 856? Say it slowly, step by step, and check it once more at the end.\",\"answer\":\"992\"}" +
          "\n");
    set.close();
    const auto evaluated = [&](const QStringList& options) {
      return jsonOf(runCli(
          QStringList{"eval",        "--set",         set.fileName(), "--samples", "4",      "--temperature",
                      "1.5",         "--max-tokens",  "200",          "--policy",  "budget", "--preset",
                      "zipage-plus", "--budget",      "96",           "--period",  "32",     "--page-tokens",
                      "16",          "--pool-tokens", "2048",         "--json"} +
          options + kOneThread));
    };
    const QJsonObject result = evaluated({"--seed", "7", "--concurrency", "8"});
    QCOMPARE(result["count"].toInt(), 8);
    for (const char* figure : {"accuracy", "mean_length", "peak_pages", "compressions", "preemptions",
                               "recomputed_tokens", "steps", "cached_tokens"})
      QVERIFY2(result[figure].isDouble(), figure);
    QVERIFY(result["families"]["add"].isObject());
    QVERIFY(result["compressions"].toInt() > 0);
    // Three of four samples find at least one page of 16 of each of the two prompts.
    QVERIFY2(result["cached_tokens"].toInt() >= 2 * 3 * 16, qPrintable(result["cached_tokens"].toString()));
    QCOMPARE(evaluated({"--seed", "7", "--concurrency", "3"})["mean_length"], result["mean_length"]);
  }

  void doctorFindsTheBuiltInModel() {
    const auto outcome = runCli({"doctor"});
    QVERIFY2(outcome.exitCode == 0, outcome.output.constData());
    for (const char* word : {"device", "CPU", "Memory", "Settings", "Chats", "model", "in order"}) {
      QVERIFY2(outcome.output.contains(word), word);
    }
  }
};

QTEST_GUILESS_MAIN(TestCliAnswers)
#include "tst_cli_answers.moc"
