// trace show and trace export over a trace that is written here: what they print is what it holds.
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "engine/trace/trace_file.h"
#include "tests/app/cli/program/cli_process.h"

using namespace zipage;

class TestCliTrace : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir m_folder;
  QString m_file = m_folder.filePath("a.ziptrace");

 private Q_SLOTS:
  void initTestCase() {
    MemoryHistory history;
    TokenTexts texts;
    for (const char* token : {"What", " is", " 2", "?"}) texts.add(token);
    history.begin(RequestId{1}, OwnerId{7}, texts);
    MemorySample sample;
    sample.pagesTotal = 64;
    for (int i = 1; i <= 10; ++i) {
      sample.at = std::chrono::milliseconds(100 * i);
      sample.pagesHeld = i;
      history.add(sample);
    }
    RequestStarted started;
    started.request = RequestId{1};
    started.promptTokens = 4;
    history.add(EngineEvent(started), std::chrono::milliseconds(100));
    SequenceCompressed compressed;
    compressed.request = RequestId{1};
    compressed.entriesBefore = 192;
    compressed.entriesAfter = 128;
    compressed.tokensEvicted = 64;
    history.add(EngineEvent(compressed), std::chrono::milliseconds(700));
    TraceFacts facts;
    facts.model = "A model";
    facts.names[OwnerId{7}] = "Two, \"plus\" two";
    const auto saved = saveTrace(m_file.toStdString(), history.parts(), facts);
    QVERIFY2(saved, saved ? "" : saved.error().message.c_str());
  }

  void showSaysWhatThereIs() {
    const CliOutcome outcome = runCli({"trace", "show", m_file});
    QCOMPARE(outcome.exitCode, 0);
    for (const char* words : {"A model", "10 of 64 at most", "compressed 1 times", "prompt of 4 tokens"})
      QVERIFY2(outcome.output.contains(words), outcome.output.constData());
  }

  void tablesAreCsv() {
    const QList<QByteArray> lines = runCli({"trace", "export", m_file}).output.split('\n');
    QCOMPARE(lines.size(), 4);
    QCOMPARE(lines[0], QByteArray("seconds,event,request,chat,tokens,cached_tokens,pages"));
    QCOMPARE(lines[2], QByteArray("0.7,compressed,1,\"Two, \"\"plus\"\" two\",64,0,0"));
  }

  void tablesAreJson() {
    const CliOutcome outcome = runCli({"trace", "export", m_file, "--table", "compressions", "--json"});
    const QJsonObject row = QJsonDocument::fromJson(outcome.output).object();
    QCOMPARE(row["entries_before"].toInt(), 192);
    QCOMPARE(row["chat"].toString(), QStringLiteral("Two, \"plus\" two"));
    QCOMPARE(runCli({"trace", "export", m_file, "--table", "samples"}).output.count('\n'), 11);
  }

  void otherFilesAreRefused() {
    const CliOutcome gone = runCli({"trace", "show", m_folder.filePath("none")});
    QCOMPARE(gone.exitCode, 2);
    const CliOutcome other = runCli({"trace", "show", QString::fromLatin1(ZIPAGE_SOURCE_DIR "/README.md")});
    QCOMPARE(other.exitCode, 2);
    QVERIFY(!other.errors.isEmpty());
  }
};

QTEST_GUILESS_MAIN(TestCliTrace)
#include "tst_cli_trace.moc"
