// The real zipage-cli serve: starts, refuses what it should, answers curl, and ends when it is told to.
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>

#include "tests/app/cli/program/cli_process.h"

using namespace zipage;

class TestCliServe : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir m_folder;

  QString keyFile(const QByteArray& text, QFileDevice::Permissions permissions) {
    const QString path = m_folder.filePath(QStringLiteral("keys"));
    QFile::remove(path);
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly)) qFatal("no room for a key");
    file.write(text);
    file.close();
    file.setPermissions(permissions);
    return path;
  }

 private Q_SLOTS:
  void initTestCase() { qputenv("XDG_DATA_HOME", m_folder.filePath(QStringLiteral("data")).toUtf8()); }

  void whatCannotBeServedIsRefused() {
    const auto beyond = runCli({"serve", "--host", "0.0.0.0", "--port", "0"});
    QCOMPARE(beyond.exitCode, 2);
    QVERIFY2(beyond.errors.contains("needs a key"), beyond.errors);
    const auto open = runCli({"serve", "--port", "0", "--api-key-file",
                              keyFile("key\n", QFileDevice::ReadOwner | QFileDevice::ReadOther)});
    QCOMPARE(open.exitCode, 2);
    QVERIFY2(open.errors.contains("chmod 600"), open.errors);
    QCOMPARE(runCli({"serve", "--policy", "some"}).exitCode, 2);
    QCOMPARE(runCli({"serve", "--model", "/nothing.gguf"}).exitCode, 2);
    QCOMPARE(runCli({"serve", "--port", "70000"}).exitCode, 2);
  }

  void curlIsAnsweredUntilItEnds() {
    QProcess server;
    server.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    server.start(
        QStringLiteral(ZIPAGE_CLI),
        {"serve", "--port", "0", "--device", "cpu", "--max-body", "0.25", "--model", "demo", "--model",
         "demo", "--api-key-file", keyFile("the-key\n", QFileDevice::ReadOwner | QFileDevice::WriteOwner)});
    QTRY_VERIFY_WITH_TIMEOUT(server.canReadLine(), 60'000);
    const QString address = QString::fromUtf8(server.readLine()).trimmed();
    QVERIFY2(QRegularExpression(QStringLiteral("^http://127\\.0\\.0\\.1:\\d+/v1$")).match(address).hasMatch(),
             qPrintable(address));

    QProcess script;
    script.setProcessChannelMode(QProcess::MergedChannels);
    script.start(QStringLiteral(ZIPAGE_SOURCE_DIR "/tests/app/cli/program/serve_errors.sh"),
                 {address.chopped(3), QStringLiteral("the-key")});
    QVERIFY(script.waitForFinished(120'000));
    QCOMPARE(script.readAll(), QByteArray());
    QCOMPARE(script.exitCode(), 0);

    QProcess models;
    models.start(QStringLiteral("curl"), {"-sS", address + "/models", "-H", "Authorization: Bearer the-key"});
    QVERIFY(models.waitForFinished());
    const QByteArray list = models.readAll();
    QVERIFY2(list.contains("\"id\":\"zipage-demo\"") && list.contains("\"id\":\"zipage-demo:2\""), list);

    QProcess second;
    second.start(QStringLiteral("curl"),
                 {"-sS", address + "/completions", "-H", "Authorization: Bearer the-key", "-d",
                  "{\"model\": \"zipage-demo:2\", \"prompt\": \"1\", \"max_tokens\": 1}"});
    QVERIFY(second.waitForFinished());
    const QByteArray reply = second.readAll();
    QVERIFY2(reply.contains("\"model\":\"zipage-demo:2\""), reply);

    // The same load as for the engine itself, against the address.
    const QStringList load = {"--requests",     "6",
                              "--mean-prompt",  "12",
                              "--mean-output",  "20",
                              "--max-output",   "40",
                              "--api-key-file", m_folder.filePath(QStringLiteral("keys"))};
    const auto bench = runCli(QStringList{"bench", "serve", "--url", address, "--policies", "full,budget",
                                          "--budget", "64", "--period", "32", "--json"} +
                              load);
    QVERIFY2(bench.exitCode == 0, bench.errors);
    const QList<QByteArray> lines = bench.output.trimmed().split('\n');
    QCOMPARE(lines.size(), 2);
    for (const QByteArray& line : lines) {
      const QJsonObject object = QJsonDocument::fromJson(line).object();
      QCOMPARE(object["case"].toString(), QStringLiteral("serve-url"));
      QCOMPARE(object["finished"].toInt(), 6);
      QCOMPARE(object["failed"].toInt(), 0);
      QVERIFY(object["counts_tokens"].toBool() && object["tokens"].toInt() >= 60);
      QVERIFY(object["first_token_seconds"].toObject()["p50"].toDouble() > 0.0);
    }
    QCOMPARE(runCli(QStringList{"bench", "serve", "--url", "http://127.0.0.1:1/v1"} + load).exitCode, 2);

    ::kill(static_cast<pid_t>(server.processId()), SIGTERM);
    QVERIFY(server.waitForFinished(20'000));
    QCOMPARE(server.exitStatus(), QProcess::NormalExit);
    QCOMPARE(server.exitCode(), 0);
  }
};

QTEST_GUILESS_MAIN(TestCliServe)
#include "tst_cli_serve.moc"
