// Compressions that run on a thread of their own: all of them, in order, and told once.
#include <QTest>
#include <atomic>
#include <mutex>
#include <vector>

#include "engine/runtime/compression_worker.h"

using namespace zipage;

namespace {

CompressionPlan planOf(int numEntries) {
  CompressionPlan plan;
  plan.numEntries = numEntries;
  return plan;
}

}  // namespace

class TestCompressionWorker : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everythingStartedIsDoneInOrderAndToldOnce() {
    std::vector<int> done;  // read after the worker is idle
    CompressionWorker worker([&](const CompressionPlan& plan) -> Result<void> {
      done.push_back(plan.numEntries);
      return {};
    });
    for (int i = 0; i < 20; ++i) worker.start(planOf(i));
    int told = 0;
    while (told < 20) {
      const auto finished = worker.finished(true);
      QVERIFY(finished && *finished > 0);
      told += *finished;
    }
    QCOMPARE(told, 20);
    QCOMPARE(*worker.finished(true), 0);
    for (int i = 0; i < 20; ++i) QCOMPARE(done[static_cast<std::size_t>(i)], i);
  }

  void whatIsStartedIsDoneBeforeItEnds() {
    std::atomic<int> numDone = 0;
    {
      CompressionWorker worker([&](const CompressionPlan&) -> Result<void> {
        ++numDone;
        return {};
      });
      for (int i = 0; i < 50; ++i) worker.start(planOf(i));
    }
    QCOMPARE(numDone.load(), 50);
  }

  void anErrorIsTold() {
    CompressionWorker worker(
        [](const CompressionPlan&) -> Result<void> { return failure(ErrorCode::Device, "gone"); });
    worker.start(planOf(1));
    QCOMPARE(worker.finished(true).error().message, std::string("gone"));
  }

  void untilItIsDoneItIsNotTold() {
    std::mutex gate;
    gate.lock();
    CompressionWorker worker([&](const CompressionPlan&) -> Result<void> {
      const std::lock_guard waits(gate);
      return {};
    });
    worker.start(planOf(1));
    QCOMPARE(*worker.finished(false), 0);
    gate.unlock();
    worker.waitUntilIdle();
    QCOMPARE(*worker.finished(false), 1);
  }
};

QTEST_GUILESS_MAIN(TestCompressionWorker)
#include "tst_compression_worker.moc"
