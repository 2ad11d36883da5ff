// labels: timed
// zipage-cli bench: every case runs on the CPU, and each of its lines says what was measured on what and how
// far it is from its bound.
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "tests/app/cli/program/cli_process.h"

using namespace zipage;

namespace {

const QStringList kSmall = {"--threads", "1", "--page-tokens", "16", "--json"};

QList<QJsonObject> linesOf(const CliOutcome& outcome) {
  QList<QJsonObject> lines;
  for (const QByteArray& line : outcome.output.split('\n')) {
    if (!line.isEmpty()) lines.append(QJsonDocument::fromJson(line).object());
  }
  return lines;
}

/// The facts without which a figure says nothing.
void expectFacts(const QJsonObject& line) {
  for (const char* key : {"case", "shape", "model", "device", "description", "commit", "flops_of"})
    QVERIFY2(!line[key].toString().isEmpty(), key);
  for (const char* key : {"copy_bytes_per_second", "flops_per_second", "page_tokens"})
    QVERIFY2(line[key].toDouble() > 0.0, key);
  QCOMPARE(line["device"].toString(), QStringLiteral("cpu"));
}

void expectStepCase(const CliOutcome& outcome, const char* name) {
  QVERIFY2(outcome.exitCode == 0, outcome.errors.constData());
  const QList<QJsonObject> lines = linesOf(outcome);
  QVERIFY(!lines.isEmpty());
  for (const QJsonObject& line : lines) {
    expectFacts(line);
    QCOMPARE(line["case"].toString(), QString(name));
    QVERIFY(!line["policy"].toString().isEmpty());
    const double milliseconds = line["milliseconds"].toDouble();
    const double bound = std::max(line["bound_memory_ms"].toDouble(), line["bound_arithmetic_ms"].toDouble());
    QVERIFY(milliseconds > 0.0 && bound > 0.0);
    QVERIFY(std::abs(line["share_of_bound"].toDouble() - bound / milliseconds) < 1e-6);
    const double byMemory = line["bytes"].toDouble() / line["copy_bytes_per_second"].toDouble() * 1e3;
    QVERIFY(std::abs(line["bound_memory_ms"].toDouble() - byMemory) < 1e-6);
  }
  QVERIFY2(outcome.errors.contains("commit"), "the table is on standard error");
}

}  // namespace

class TestCliBench : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void stepsAndCompressionsAreBesideTheirBounds() {
    const QStringList quick = kSmall + QStringList{"--repetitions", "2"};
    const CliOutcome decode =
        runCli(QStringList{"bench", "decode", "--batch", "1,3", "--context", "64"} + quick);
    expectStepCase(decode, "decode");
    QCOMPARE(linesOf(decode).size(), 2);
    // Weights are shared, entries are not: 2 more sequences move their entries more.
    const double more = linesOf(decode)[1]["bytes"].toDouble() - linesOf(decode)[0]["bytes"].toDouble();
    QCOMPARE(more, 2 * 64 * 8 * 2 * 2 * 64 * 4.0);
    expectStepCase(runCli(QStringList{"bench", "prefill", "--tokens", "48"} + quick), "prefill");
    expectStepCase(runCli(QStringList{"bench", "compress", "--budget", "64", "--period", "16"} + quick),
                   "compress");
  }

  void policiesAreComparedUnderOneLoad() {
    const QStringList load = {"bench",         "serve", "--requests",   "5",   "--mean-prompt", "16",
                              "--mean-output", "140",   "--max-output", "150", "--sigma",       "0.1",
                              "--pool-tokens", "192"};
    const QStringList policies = {"--policies", "full,budget,auto", "--budget", "48", "--period",
                                  "16",         "--max-sequences",  "6"};
    const CliOutcome outcome = runCli(load + policies + kSmall);
    QVERIFY2(outcome.exitCode == 0, outcome.errors.constData());
    const QList<QJsonObject> lines = linesOf(outcome);
    QCOMPARE(lines.size(), 3);
    const char* const names[] = {"full", "budget", "auto"};
    for (int i = 0; i < 3; ++i) {
      expectFacts(lines[i]);
      QCOMPARE(lines[i]["policy"].toString(), QString(names[i]));
      QCOMPARE(lines[i]["finished"].toInt(), 5);
      QCOMPARE(lines[i]["cut"].toBool(), false);
      QCOMPARE(lines[i]["shape"], lines[0]["shape"]);
      QCOMPARE(lines[i]["generated_tokens"], lines[0]["generated_tokens"]);
      QCOMPARE(lines[i]["first_token_seconds"].toObject()["count"].toInt(), 5);
      QVERIFY(lines[i]["bytes"].toDouble() > 0.0 && lines[i]["share_of_bound"].toDouble() > 0.0);
      QVERIFY(lines[i]["times_full"].toObject()["tokens_per_second"].toDouble() > 0.0);
      QVERIFY(lines[i]["peak_pages"].toInt() <= 12);
    }
    QCOMPARE(lines[0]["compressions"].toInt(), 0);
    QVERIFY(lines[1]["compressions"].toInt() > 0);
    QVERIFY(lines[1]["mean_batch"].toDouble() > lines[0]["mean_batch"].toDouble());
    QVERIFY(lines[1]["steps"].toInt() < lines[0]["steps"].toInt());
    QVERIFY2(outcome.errors.contains("times full"), outcome.errors.constData());
  }

  void aCutRunSaysSo() {
    const CliOutcome outcome = runCli(QStringList{"bench",
                                                  "serve",
                                                  "--requests",
                                                  "500",
                                                  "--mean-prompt",
                                                  "16",
                                                  "--mean-output",
                                                  "200",
                                                  "--pool-gb",
                                                  "0.02",
                                                  "--budget",
                                                  "48",
                                                  "--period",
                                                  "16",
                                                  "--policies",
                                                  "budget",
                                                  "--max-seconds",
                                                  "1",
                                                  "--async-compression",
                                                  "--rate",
                                                  "100"} +
                                      kSmall);
    QVERIFY2(outcome.exitCode == 0, outcome.errors.constData());
    const QJsonObject line = linesOf(outcome).value(0);
    QCOMPARE(line["cut"].toBool(), true);
    QCOMPARE(line["compares_steady_state"].toBool(), true);
    QCOMPARE(line["async_compression"].toBool(), true);
    QVERIFY(line["finished"].toInt() < 500);
    QVERIFY(line["pool_bytes"].toDouble() > 0.0);
    // 8 layers of 2 heads of 64 float32 keys and values, a position and a score each.
    const int pages = static_cast<int>(0.02e9 / (16 * 8 * 2 * (2 * 64 * 4 + 8)));
    QCOMPARE(line["pages"].toInt(), pages);
    QVERIFY2(outcome.errors.contains("steady state"), outcome.errors.constData());
    QVERIFY(!line.contains("times_full"));
  }

  void opsAreMeasuredAlone() {
    const QStringList quick = kSmall + QStringList{"--milliseconds", "0.1"};
    for (const char* filter : {"copy", "matmul q BF16", "sample 1 row", "select-entries",
                               "store-key-value 16", "decode-attention 1 sequence of 2048", "silu"}) {
      const CliOutcome outcome = runCli(QStringList{"bench", "ops", "--filter", filter} + quick);
      QVERIFY2(outcome.exitCode == 0, outcome.errors.constData());
      const QList<QJsonObject> lines = linesOf(outcome);
      QVERIFY2(!lines.isEmpty(), filter);
      for (const QJsonObject& line : lines) {
        expectFacts(line);
        const QString name = line["op"].toString() + ' ' + line["shape"].toString();
        QVERIFY2(name.contains(filter), qPrintable(name));
        const double seconds = line["microseconds"].toDouble() * 1e-6;
        QVERIFY(seconds > 0.0 && line["bytes"].toDouble() > 0.0);
        QVERIFY(std::abs(line["bytes_per_second"].toDouble() / (line["bytes"].toDouble() / seconds) - 1.0) <
                1e-6);
      }
    }
  }

  void optionsThatCannotWorkAreRefused_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("word");
    const auto add = [](const char* name, const QStringList& arguments, const char* word) {
      QTest::newRow(name) << QStringList{"bench"} + arguments << QByteArray(word);
    };
    add("no requests", {"serve", "--requests", "0"}, "--requests");
    add("an unknown policy", {"serve", "--policies", "full,some"}, "some");
    add("an unknown preset", {"serve", "--preset", "magic"}, "magic");
    add("negative rate", {"serve", "--rate", "-1"}, "--rate");
    add("sigma is no number", {"serve", "--sigma", "nan"}, "--sigma");
    add("a watermark beyond all", {"serve", "--watermark", "1"}, "--watermark");
    add("a warm-up without end", {"serve", "--max-seconds", "1", "--warm-up", "2"}, "--warm-up");
    add("a pool below one page", {"serve", "--pool-gb", "0.000001"}, "pool");
    add("no entries", {"decode", "--context", "0"}, "--context");
    add("an unknown shape", {"ops", "--model", "synthetic:giant"}, "giant");
  }
  void optionsThatCannotWorkAreRefused() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, word);
    const CliOutcome outcome = runCli(arguments);
    QVERIFY(!outcome.crashed);
    QCOMPARE(outcome.exitCode, 2);
    QVERIFY2(outcome.errors.contains(word), outcome.errors.constData());
    QVERIFY(outcome.output.isEmpty());
  }
};

QTEST_GUILESS_MAIN(TestCliBench)
#include "tst_cli_bench.moc"
