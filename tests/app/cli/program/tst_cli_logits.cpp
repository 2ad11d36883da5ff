// zipage-cli logits: a file that NumPy reads, with the numbers that the engine computes itself.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <cstring>

#include "app/common/model_paths.h"
#include "engine/model/logits_run.h"
#include "engine/model/opened_weights.h"
#include "kernels/device_registry.h"
#include "tests/app/cli/program/cli_process.h"

using namespace zipage;

class TestCliLogits : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir m_folder;

 private Q_SLOTS:
  void theFileHoldsTheLogitsOfEveryToken() {
    const QString path = m_folder.filePath("logits.npy");
    const CliOutcome outcome = runCli({"logits", "--tokens", "1,2,3,9,27", "--output", path});
    QVERIFY2(outcome.exitCode == 0, outcome.errors.constData());

    const auto device = *openDevice("cpu", {});
    const auto model = openWeights(*demoModelPath(), *device);
    QVERIFY(model);
    std::vector<float> expected;
    const std::vector<std::int32_t> tokens = {1, 2, 3, 9, 27};
    QVERIFY(runLogits(*device, model->config, model->weights, tokens, [&](std::span<const float> rows) {
      expected.insert(expected.end(), rows.begin(), rows.end());
      return Result<void>();
    }));

    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray bytes = file.readAll();
    QVERIFY(bytes.startsWith(QByteArray("\x93NUMPY\x01\x00", 8)));
    const qsizetype start = 10 + static_cast<quint8>(bytes[8]) + 256 * static_cast<quint8>(bytes[9]);
    QCOMPARE(start % 64, 0);
    const QByteArray shape = "(5, " + QByteArray::number(model->config.vocabularySize) + ")";
    QVERIFY2(bytes.left(start).contains(shape), bytes.left(start).constData());
    QVERIFY(bytes.left(start).contains("'<f4'"));
    const auto size = static_cast<qsizetype>(expected.size() * sizeof(float));
    QCOMPARE(bytes.size() - start, size);
    QCOMPARE(std::memcmp(bytes.constData() + start, expected.data(), expected.size() * sizeof(float)), 0);
  }

  void badRequestsAreRefusedByName_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("word");
    const QString path = m_folder.filePath("refused.npy");
    const auto add = [&](const char* name, const char* tokens, const QString& output, const char* word) {
      QTest::newRow(name) << QStringList{"logits", "--tokens", tokens, "--output", output}
                          << QByteArray(word);
    };
    add("beyond the vocabulary", "1,999999", path, "999999");
    add("negative", "-7", path, "-7");
    add("no number", "1,x", path, "\"x\"");
    add("beyond 32 bits", "99999999999", path, "99999999999");
    add("nothing", "", path, "--tokens");
    add("nothing between commas", "1,,2", path, "--tokens");
    add("no folder for the file", "1", m_folder.filePath("absent/x.npy"), "absent/x.npy");
    add("full disk", "1", "/dev/full", "/dev/full");
  }
  void badRequestsAreRefusedByName() {
    QFETCH(const QStringList, arguments);
    QFETCH(const QByteArray, word);
    const CliOutcome outcome = runCli(arguments);
    QVERIFY(!outcome.crashed);
    QVERIFY2(outcome.errors.contains(word), outcome.errors.constData());
    QCOMPARE(outcome.exitCode, 2);
    QVERIFY(!QFile::exists(m_folder.filePath("refused.npy")));
  }
};

QTEST_GUILESS_MAIN(TestCliLogits)
#include "tst_cli_logits.moc"
