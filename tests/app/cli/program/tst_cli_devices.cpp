// Which device "auto" takes, and what is said where it cannot be a GPU: on standard error, by doctor, and as
// an error where a GPU was asked for by name.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>

#include "tests/app/cli/program/cli_process.h"

using namespace zipage;

namespace {

const QString kPlugins = QStringLiteral(ZIPAGE_BINARY_DIR "/tests/plugins/");

QStringList sayOneToken(const char* device) {
  return {"run", "--prompt", "Hi", "--max-tokens", "1", "--threads", "1", "--json", "--device", device};
}

}  // namespace

class TestCliDevices : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir m_folder;

 private Q_SLOTS:
  void cleanup() { qunsetenv("ZIPAGE_CUDA_PLUGIN"); }

  void whatIsInTheWayOfAGpuIsSaid_data() {
    QTest::addColumn<QString>("plugin");
    QTest::addColumn<QByteArray>("reason");
    const QString text = m_folder.filePath("libzipage_cuda.so");
    QFile file(text);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("this is no library");
    QTest::newRow("no such file") << m_folder.filePath("absent.so") << QByteArray("absent.so");
    QTest::newRow("no library") << text << QByteArray("cannot be loaded");
    QTest::newRow("another library") << kPlugins + "foreign_library.so" << QByteArray("something else");
    QTest::newRow("another version") << kPlugins + "older_plugin.so"
                                     << QByteArray("another version of Zipage");
    QTest::newRow("no GPU") << kPlugins + "refusing_plugin.so" << QByteArray("the GPU is asleep; wake it");
  }
  void whatIsInTheWayOfAGpuIsSaid() {
    QFETCH(QString, plugin);
    QFETCH(QByteArray, reason);
    qputenv("ZIPAGE_CUDA_PLUGIN", plugin.toLocal8Bit());

    const CliOutcome automatic = runCli(sayOneToken("auto"));
    QCOMPARE(automatic.exitCode, 0);
    QVERIFY2(automatic.errors.contains("device cpu") && automatic.errors.contains(reason),
             automatic.errors.constData());
    QCOMPARE(automatic.errors.count("no GPU is used"), qsizetype{1});

    const CliOutcome named = runCli(sayOneToken("cuda"));
    QCOMPARE(named.exitCode, 2);
    QVERIFY2(named.errors.contains(reason), named.errors.constData());
    QVERIFY(named.output.isEmpty());

    const CliOutcome doctor = runCli({"doctor"});
    QCOMPARE(doctor.exitCode, 0);  // a machine without a GPU is in order
    QVERIFY2(doctor.output.contains("not used: ") && doctor.output.contains(reason),
             doctor.output.constData());
  }

  void withoutAPlugInThatIsSaidAndWhereItComesFrom() {
    // The plug-in is looked for beside the program: where a program is alone, there is none.
    const QTemporaryDir alone(QStringLiteral(ZIPAGE_BINARY_DIR "/tests/alone-XXXXXX"));
    const std::filesystem::path program = alone.filePath("zipage-cli").toStdString();
    std::filesystem::create_hard_link(ZIPAGE_CLI, program);
    QProcess process;
    process.start(QString::fromStdString(program.string()), {"doctor"});
    QVERIFY(process.waitForFinished(60000));
    QCOMPARE(process.exitCode(), 0);
    const QByteArray output = process.readAllStandardOutput();
    QVERIFY2(output.contains("libzipage_cuda.so is not installed"), output.constData());
    QVERIFY2(output.contains("zipage-cuda"), output.constData());
  }

  void aGpuThatWorksIsTaken() {
    qputenv("ZIPAGE_CUDA_PLUGIN", (kPlugins + "working_plugin.so").toLocal8Bit());
    const CliOutcome automatic = runCli(sayOneToken("auto"));
    QVERIFY2(automatic.exitCode == 0, automatic.errors.constData());
    QVERIFY2(automatic.errors.contains("device cuda, a pretended GPU"), automatic.errors.constData());
    QVERIFY(!automatic.errors.contains("no GPU is used"));
    // Who asked for one by name knows.
    QVERIFY(!runCli(sayOneToken("cuda")).errors.contains("device cuda"));
    QVERIFY(runCli({"doctor"}).output.contains("a pretended GPU"));
    QVERIFY(runCli({"doctor", "--device", "cuda:exact"}).output.contains("float32 products"));
    QVERIFY(runCli({"doctor", "--device", "cpu"}).output.contains("for --device cpu"));
  }

  void aKvTypeThatADeviceLacksIsRefused() {
    qputenv("ZIPAGE_CUDA_PLUGIN", (kPlugins + "working_plugin.so").toLocal8Bit());
    const CliOutcome refused = runCli(sayOneToken("cuda") + QStringList{"--kv-type", "bf16"});
    QCOMPARE(refused.exitCode, 2);
    QVERIFY2(refused.errors.contains("bf16") && refused.errors.contains("it can as f32"),
             refused.errors.constData());
    QCOMPARE(runCli(sayOneToken("cuda") + QStringList{"--kv-type", "f32"}).exitCode, 0);
    for (const char* type : {"f32", "f16", "bf16"})
      QCOMPARE(runCli(sayOneToken("cpu") + QStringList{"--kv-type", type}).exitCode, 0);
    QCOMPARE(runCli(sayOneToken("cpu") + QStringList{"--kv-type", "f8"}).exitCode, 2);
  }
};

QTEST_GUILESS_MAIN(TestCliDevices)
#include "tst_cli_devices.moc"
