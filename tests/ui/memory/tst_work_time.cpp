// Time without idle times: where moments come to lie, and back.
#include <QTest>

#include "ui/memory/time_scale.h"

using namespace zipage;
using namespace zipage::ui;
using std::chrono::milliseconds;

namespace {

MemorySample sampleAt(int ms, int running) {
  MemorySample sample;
  sample.at = milliseconds(ms);
  sample.running = running;
  return sample;
}

/// Work from 1 s to 2 s, from 62 s to 64 s, and at an hour; steps of 100 ms.
SampleHistory history() {
  SampleHistory samples(256);
  for (int at = 1000; at <= 2000; at += 100) samples.add(sampleAt(at, at < 2000 ? 1 : 0));
  for (int at = 62000; at <= 64000; at += 100) samples.add(sampleAt(at, at < 64000 ? 1 : 0));
  samples.add(sampleAt(3600000, 1));
  return samples;
}

}  // namespace

class TestWorkTime : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void idleTimesTakeAGlance() {
    const WorkTime time(history());
    QCOMPARE(time.idles().size(), std::size_t{2});
    QCOMPARE(time.workAt(milliseconds(1000)), Duration::zero());
    QCOMPARE(time.workAt(milliseconds(1700)), Duration(milliseconds(700)));
    QCOMPARE(time.workAt(milliseconds(2000)), Duration(milliseconds(1000)));
    QCOMPARE(time.workAt(milliseconds(62000)), Duration(milliseconds(1250)));
    QCOMPARE(time.workAt(milliseconds(63500)), Duration(milliseconds(2750)));
    QCOMPARE(time.workAt(milliseconds(3600000)), Duration(milliseconds(3500)));
    QCOMPARE(time.workAt(milliseconds(32000)), Duration(milliseconds(1125)));  // the middle of the first
  }

  void momentsAreFoundAgain() {
    const WorkTime time(history());
    for (const int ms : {1000, 1500, 2000, 20000, 62000, 63999, 64000, 900000, 3600000, 3601000}) {
      const Duration moment = milliseconds(ms);
      QVERIFY(std::chrono::abs(time.momentAt(time.workAt(moment)) - moment) < milliseconds(2));
    }
  }

  void slowStepsAreNoIdleTime() {
    SampleHistory samples(16);
    for (int at = 0; at < 10000; at += 2000) samples.add(sampleAt(at, 1));
    QVERIFY(WorkTime(samples).idles().empty());
  }

  void nothingHappenedYet() {
    const WorkTime time{SampleHistory(4)};
    QVERIFY(time.idles().empty());
    QCOMPARE(time.momentAt(time.workAt(milliseconds(5))), Duration(milliseconds(5)));
  }

  void aScaleGoesThereAndBack() {
    const TimeScale scale{WorkTime(history()), Duration::zero(), milliseconds(3500), 700.0};
    QCOMPARE(scale.xOf(milliseconds(1000)), 0.0);
    QCOMPARE(scale.xOf(milliseconds(3600000)), 700.0);
    QCOMPARE(scale.xOf(milliseconds(62000)), 250.0);
    QVERIFY(std::chrono::abs(scale.at(250.0) - milliseconds(62000)) < milliseconds(2));
    QCOMPARE(scale.first(), Duration(milliseconds(1000)));
    QVERIFY(std::chrono::abs(scale.last() - milliseconds(3600000)) < milliseconds(2));
  }
};

QTEST_GUILESS_MAIN(TestWorkTime)
#include "tst_work_time.moc"
