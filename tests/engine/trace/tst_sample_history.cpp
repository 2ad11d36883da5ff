#include <QTest>

#include "engine/trace/sample_history.h"

using namespace zipage;

namespace {

MemorySample sample(int number, int pages) {
  MemorySample made;
  made.at = std::chrono::milliseconds(number);
  made.step = static_cast<std::uint64_t>(number);
  made.pagesHeld = pages;
  made.tokensLive = 16 * pages;
  made.tokensPerSecond = 2.0 * pages;
  return made;
}

}  // namespace

class TestSampleHistory : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void whatFitsIsKeptAsItWas() {
    SampleHistory history(8);
    for (int i = 0; i < 8; ++i) history.add(sample(i, 10 + i));
    QCOMPARE(history.spans().size(), std::size_t{8});
    for (int i = 0; i < 8; ++i)
      QCOMPARE(history.spans()[static_cast<std::size_t>(i)].last, sample(i, 10 + i));
  }

  void noSampleIsLostAndNoPeakHidden() {
    for (const int count : {1, 7, 8, 9, 31, 1000, 100003}) {
      SampleHistory history(8);
      for (int i = 0; i < count; ++i) history.add(sample(i, i == count / 2 ? 900 : 5 + i % 3));
      QVERIFY(history.spans().size() <= 8);
      std::uint64_t together = 0;
      int most = 0;
      Duration before{-1};
      for (const SampleSpan& span : history.spans()) {
        together += span.numSamples;
        most = std::max(most, span.mostPages);
        QVERIFY(span.from > before && span.last.at >= span.from);
        before = span.last.at;
      }
      QCOMPARE(together, static_cast<std::uint64_t>(count));
      QCOMPARE(history.numSamples(), together);
      QCOMPARE(most, 900);
      QCOMPARE(history.spans().back().last.at, sample(count - 1, 0).at);
    }
  }

  void idleTimesStayBetweenSpans() {
    SampleHistory history(64);
    // Twelve requests of 100 steps a minute apart: only where nothing ran may two spans be apart.
    for (int request = 0; request < 12; ++request) {
      for (int i = 0; i <= 100; ++i) {
        MemorySample step = sample(60000 * request + i, 7);
        step.running = i < 100 ? 1 : 0;
        history.add(step);
      }
    }
    QVERIFY(history.spans().size() <= 64);
    int numApart = 0;
    for (std::size_t i = 0; i + 1 < history.spans().size(); ++i)
      numApart += areApart(history.spans()[i], history.spans()[i + 1]);
    QCOMPARE(numApart, 11);
    for (const SampleSpan& span : history.spans())
      QVERIFY(span.last.at - span.from < std::chrono::seconds(1));
  }

  void thereMayBeMoreIdleTimesThanThereIsRoom() {
    for (const std::size_t capacity : {2, 4, 64}) {
      SampleHistory history(capacity);
      for (int i = 0; i < 1000; ++i) history.add(sample(1000 * i, 1));
      QVERIFY(history.spans().size() <= capacity);
      QCOMPARE(history.numSamples(), std::uint64_t{1000});
    }
  }

  void aMomentIsFoundByItsTime() {
    SampleHistory history(4);
    QVERIFY(history.at(Duration::zero()) == nullptr);
    for (int i = 10; i < 14; ++i) history.add(sample(i, i));
    QVERIFY(history.at(std::chrono::milliseconds(9)) == nullptr);
    QCOMPARE(history.at(std::chrono::milliseconds(10))->last.pagesHeld, 10);
    QCOMPARE(history.at(std::chrono::microseconds(11900))->last.pagesHeld, 11);
    QCOMPARE(history.at(std::chrono::hours(1))->last.pagesHeld, 13);
    history.clear();
    QVERIFY(history.spans().empty() && history.numSamples() == 0);
  }
};

QTEST_GUILESS_MAIN(TestSampleHistory)
#include "tst_sample_history.moc"
