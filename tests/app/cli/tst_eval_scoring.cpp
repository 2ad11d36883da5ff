// How eval judges: sets of problems, intervals.
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "app/cli/eval_scoring.h"
#include "app/cli/terminal.h"

using namespace zipage;

class TestEvalScoring : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir m_folder;

  std::string fileWith(const std::string& lines) {
    const std::string path = m_folder.filePath("set.jsonl").toStdString();
    std::ofstream(path) << lines;
    return path;
  }

 private Q_SLOTS:
  void wilsonIntervalsAreThePublishedOnes() {
    const Interval half = wilsonInterval(5, 10);
    QVERIFY(std::abs(half.low - 0.2366) < 1e-4 && std::abs(half.high - 0.7634) < 1e-4);
    const Interval none = wilsonInterval(0, 10);
    QVERIFY(none.low == 0.0 && std::abs(none.high - 0.2775) < 1e-4);
    const Interval nothing = wilsonInterval(0, 0);
    QVERIFY(nothing.low == 0.0 && nothing.high == 1.0);
  }

  void problemsAreReadLineByLine() {
    const auto problems =
        readProblems(fileWith("{\"family\":\"add\",\"level\":2,\"prompt\":\"1+1?\",\"answer\":\"2\"}\n\n"
                              "{\"prompt\":\"2+2?\",\"answer\":4}\n"),
                     0);
    QVERIFY2(problems, problems ? "" : problems.error().message.c_str());
    QCOMPARE(problems->size(), std::size_t(2));
    QCOMPARE(problems->front().family, std::string("add"));
    QCOMPARE(problems->front().level, 2);
    QCOMPARE(problems->back().answer, std::string("4"));
  }

  void aLimitTakesTheFirst() {
    const std::string line = "{\"prompt\":\"p\",\"answer\":\"a\"}\n";
    QCOMPARE(readProblems(fileWith(line + line + line), 2)->size(), std::size_t(2));
  }

  void aBadLineIsNamedByItsNumber() {
    const auto broken = readProblems(fileWith("{\"prompt\":\"p\",\"answer\":\"a\"}\n{oops\n"), 0);
    QVERIFY(!broken);
    QVERIFY2(broken.error().message.find("line 2") != std::string::npos, broken.error().message.c_str());
    QVERIFY(!readProblems(fileWith("{\"prompt\":\"p\"}\n"), 0));
    QVERIFY(!readProblems(fileWith("\n"), 0));
    QVERIFY(!readProblems("/nowhere/set.jsonl", 0));
  }

  void figuresAreGrouped() {
    QCOMPARE(grouped(0), std::string("0"));
    QCOMPARE(grouped(999), std::string("999"));
    QCOMPARE(grouped(1000), std::string("1,000"));
    QCOMPARE(grouped(-1234567), std::string("-1,234,567"));
  }
};

QTEST_GUILESS_MAIN(TestEvalScoring)
#include "tst_eval_scoring.moc"
