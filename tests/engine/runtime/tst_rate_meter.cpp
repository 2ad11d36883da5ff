#include <QTest>
#include <cmath>

#include "engine/runtime/rate_meter.h"

using namespace zipage;
using namespace std::chrono_literals;

class TestRateMeter : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void whatLiesWithinTheLastSecondCounts() {
    RateMeter rate;
    for (int i = 0; i < 30; ++i) rate.add(100ms * i, 2);
    QCOMPARE(rate.perSecond(2900ms), 22.0);  // 1900 to 2900
    QCOMPARE(rate.perSecond(3400ms), 12.0);
    QCOMPARE(rate.perSecond(5s), 0.0);
  }

  void thousandsOfStepsASecondCount() {
    RateMeter rate;
    for (int i = 0; i < 50000; ++i) {
      rate.add(100us * i, 3);
      if (i == 5000) QCOMPARE(rate.perSecond(100us * i), 3.0 * 5001);  // half a second
      if (i > 20000 && i % 1000 == 0) {
        const double perSecond = rate.perSecond(100us * i);
        QVERIFY2(std::abs(perSecond - 30000.0) <= 3.0 * 41, qPrintable(QString::number(perSecond)));
      }
    }
    QCOMPARE(rate.perSecond(10s), 0.0);
  }

  void askingDoesNotForget() {
    RateMeter rate;
    rate.add(1s, 5);
    QCOMPARE(rate.perSecond(10s), 0.0);
    QCOMPARE(rate.perSecond(1500ms), 5.0);
  }

  void nothingHappenedYet() { QCOMPARE(RateMeter().perSecond(3s), 0.0); }
};

QTEST_GUILESS_MAIN(TestRateMeter)
#include "tst_rate_meter.moc"
