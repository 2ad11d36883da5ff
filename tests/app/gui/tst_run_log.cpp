// Crashes are real here: child processes that kill themselves.
#include <sys/wait.h>
#include <unistd.h>

#include <QDir>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>

#include "app/gui/run_log.h"

using namespace zipage;

class TestRunLog : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<QTemporaryDir> m_folder;

  std::filesystem::path folder() const { return m_folder->path().toStdString(); }

  /// A run with a log that ends by `end` in a process of its own.
  template <typename End>
  void runAndEnd(const End& end) const {
    const pid_t child = ::fork();
    if (child == 0) {
      {
        RunLog log(folder());
        log.write("model open: tiny");
        end();
      }
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
  }

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }

  void aRunThatEndsProperlyLeavesNothing() {
    runAndEnd([] {});
    QVERIFY(QDir(m_folder->path()).isEmpty());
    QVERIFY(!RunLog(folder()).takeCrash());
  }

  void aCrashIsReportedOnceWithItsLogAndItsSignal() {
    runAndEnd([] { ::raise(SIGSEGV); });
    RunLog next(folder());
    const auto report = next.takeCrash();
    QVERIFY(report);
    QVERIFY(report->contains("Zipage "));
    QVERIFY(report->contains("Qt "));
    QVERIFY(report->contains("model open: tiny"));
    QVERIFY(report->contains("ended by signal 11"));
    QVERIFY(!next.takeCrash());
    QCOMPARE(QDir(m_folder->path()).entryList({"crash-*.txt"}).size(), 1);
  }

  void beingKilledIsACrashToo() {
    runAndEnd([] { ::kill(::getpid(), SIGKILL); });
    QVERIFY(RunLog(folder()).takeCrash());
  }

  void aSecondWindowIsNoCrash() {
    RunLog first(folder());
    const pid_t child = ::fork();
    if (child == 0) ::_exit(RunLog(folder()).takeCrash() ? 1 : 0);
    int status = 0;
    ::waitpid(child, &status, 0);
    QCOMPARE(WEXITSTATUS(status), 0);
  }

  void whatQtSaysStandsInTheLog() {
    runAndEnd([] {
      qWarning("a widget complains");
      ::kill(::getpid(), SIGKILL);
    });
    QVERIFY(RunLog(folder()).takeCrash()->contains("a widget complains"));
  }

  void aFewReportsAreKept() {
    for (int i = 0; i < 8; ++i) {
      runAndEnd([] { ::kill(::getpid(), SIGKILL); });
      QVERIFY(RunLog(folder()).takeCrash());
    }
    QCOMPARE(QDir(m_folder->path()).entryList({"crash-*.txt"}).size(), 5);
  }

  void aFolderThatCannotBeWrittenMeansNoLog() {
    RunLog log("/nowhere/at/all");
    log.write("lost");
    QVERIFY(!log.takeCrash());
  }
};

QTEST_GUILESS_MAIN(TestRunLog)
#include "tst_run_log.moc"
