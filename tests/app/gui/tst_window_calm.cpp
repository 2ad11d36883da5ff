// labels: timed
// The window at rest and when it is told to stop: how long that takes and what it costs, measured and
// printed.
#include <sys/resource.h>

#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>
#include <cstdio>

#include "tests/app/gui/open_window.h"

using namespace zipage;
using namespace zipage::test;
using ui::ReplyState;

namespace {

/// Of this process, on all its threads.
double processorMs() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) { return 1e3 * time.tv_sec + 1e-3 * time.tv_usec; };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

}  // namespace

class TestWindowCalm final : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_profile = std::make_unique<Profile>(); }

  void whatIsStoppedEndsWithinATenthOfASecond_data() {
    QTest::addColumn<QString>("question");
    QTest::addColumn<ReplyState>("state");
    QTest::addRow("thinking") << QString(kQuestion) << ReplyState::Thinking;
    QTest::addRow("reading") << QString(kQuestion).repeated(70) << ReplyState::Reading;
  }

  void whatIsStoppedEndsWithinATenthOfASecond() {
    QFETCH(const QString, question);
    QFETCH(const ReplyState, state);
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    int running = -1;
    connect(&open.application.host(), &EngineHost::metricsChanged, this,
            [&running](const EngineMetrics& metrics) { running = metrics.running; });
    Q_EMIT open.composer().sendRequested(question, {});
    QTRY_VERIFY_WITH_TIMEOUT(open.last().state == state && running == 1, kAnswerMs);
    QElapsedTimer timer;
    timer.start();
    open.press(Qt::Key_Escape);
    const qint64 shownMs = timer.elapsed();
    QCOMPARE(open.last().state, ReplyState::Stopped);
    QTRY_COMPARE_WITH_TIMEOUT(running, 0, kAnswerMs);
    std::printf("stopped while %s: shown after %lld ms, pages given back and told after %lld ms\n",
                QTest::currentDataTag(), static_cast<long long>(shownMs),
                static_cast<long long>(timer.elapsed()));
    QVERIFY2(shownMs <= 100, "the window shows at once that a reply has ended");
  }

  void restCostsNothing() {
    constexpr int kRestMs = 3000;
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    open.ask(QStringLiteral("What is 2 + 3?"));
    QTRY_VERIFY_WITH_TIMEOUT(open.isAnswered(), kAnswerMs);
    QTest::qWait(8000);  // the last figures, notices and saves
    const double before = processorMs();
    QEventLoop rest;  // it sleeps, where QTest::qWait() looks a hundred times a second
    QTimer::singleShot(kRestMs, &rest, &QEventLoop::quit);
    rest.exec();
    const double share = 100.0 * (processorMs() - before) / kRestMs;
    std::printf("at rest with a model open: %.2f %% of a core\n", share);
    QVERIFY2(share < 1.0, "nothing runs without a reason");
  }

 private:
  std::unique_ptr<Profile> m_profile;
};

QTEST_MAIN(TestWindowCalm)
#include "tst_window_calm.moc"
