#include <QTest>

#include "engine/runtime/read_or_compute.h"

using namespace zipage;
using std::chrono::milliseconds;

namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;

/// A disk of 1,000 MiB/s, and a device that reads so many tokens a second.
ReadOrCompute judgeOf(int tokensPerSecond) {
  ReadOrCompute judge;
  judge.noteRead(1000 * kMiB, milliseconds(1000));
  judge.noteComputed(tokensPerSecond, milliseconds(1000));
  return judge;
}

}  // namespace

class TestReadOrCompute : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everythingIsReadUntilBothAreKnown() {
    ReadOrCompute judge;
    QVERIFY(judge.isWorthReading(100'000 * kMiB, 1));
    judge.noteComputed(100'000, milliseconds(1000));
    QVERIFY(judge.isWorthReading(100'000 * kMiB, 1));
    ReadOrCompute other;
    other.noteRead(1000 * kMiB, milliseconds(1000));
    QVERIFY(other.isWorthReading(100'000 * kMiB, 1));
  }

  void theSoonerOfTheTwoIsChosen() {
    ReadOrCompute slow = judgeOf(1000);  // 10,000 tokens take ten seconds, their 1,250 MiB one and a quarter
    QVERIFY(slow.isWorthReading(1250 * kMiB, 10'000));
    ReadOrCompute fast = judgeOf(50'000);  // a fifth of a second
    QVERIFY(!fast.isWorthReading(1250 * kMiB, 10'000));
    ReadOrCompute even = judgeOf(8000);  // as long: the device is left to others
    QVERIFY(even.isWorthReading(1250 * kMiB, 10'000));
  }

  void whatIsReadAtOnceIsRead() { QVERIFY(judgeOf(1'000'000).isWorthReading(90 * kMiB, 10)); }

  void smallOnesAndAClockThatStandsSayNothing() {
    ReadOrCompute judge = judgeOf(50'000);
    judge.noteComputed(63, milliseconds(10'000));
    judge.noteRead(kMiB, milliseconds(1));
    judge.noteComputed(1000, Duration::zero());
    judge.noteRead(1000 * kMiB, Duration::zero());
    QVERIFY(!judge.isWorthReading(1250 * kMiB, 10'000));
  }

  void ratesFollowWhatHappens() {
    ReadOrCompute judge = judgeOf(50'000);
    for (int i = 0; i < 20; ++i) judge.noteRead(10'000 * kMiB, milliseconds(1000));
    QVERIFY(judge.isWorthReading(1250 * kMiB, 10'000));
    for (int i = 0; i < 20; ++i) judge.noteRead(500 * kMiB, milliseconds(1000));
    QVERIFY(!judge.isWorthReading(1250 * kMiB, 10'000));
  }

  void itIsTriedAgainAtTimes() {
    ReadOrCompute judge = judgeOf(50'000);
    int numRead = 0;
    for (int i = 0; i < 64; ++i) numRead += judge.isWorthReading(1250 * kMiB, 10'000) ? 1 : 0;
    QCOMPARE(numRead, 4);
  }
};

QTEST_GUILESS_MAIN(TestReadOrCompute)
#include "tst_read_or_compute.moc"
