// labels: timed
// Threads that share tasks: every task is done once, and nobody waits for a thread that has no part in it.
#include <QElapsedTimer>
#include <QTest>
#include <atomic>
#include <numeric>

#include "kernels/cpu/thread_team.h"

using namespace zipage;

class TestThreadTeam : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyTaskIsDoneOnceAndSeenByTheCaller() {
    for (const int numThreads : {1, 2, 3, 8}) {
      ThreadTeam team(numThreads);
      for (int round = 0; round < 3000; ++round) {
        const auto numTasks = static_cast<std::size_t>(round % 37);
        std::vector<int> done(numTasks, 0);
        bool isInRange = true;
        team.run(static_cast<std::int64_t>(numTasks), false, [&](std::int64_t task, int thread) {
          if (thread < 0 || thread >= numThreads) isInRange = false;
          done[static_cast<std::size_t>(task)] += round + 1;  // nobody else writes there
        });
        QVERIFY(isInRange);
        for (const int times : done) QCOMPARE(times, round + 1);
      }
    }
  }

  // What a thread says that comes late must not get into the next call.
  void roundsDoNotMix() {
    ThreadTeam team(4);
    std::int64_t expected = 0, sum = 0;
    for (int round = 0; round < 20000; ++round) {
      std::atomic<std::int64_t> part{0};
      team.run(4, false, [&](std::int64_t task, int) { part += task + round; });
      sum += part;
      expected += 6 + 4 * std::int64_t{round};
    }
    QCOMPARE(sum, expected);
  }

  // Each thread of the team shares its processor with others that never rest. Waiting for all of them to come
  // to each of these short rounds takes seconds.
  void aBusyMachineIsWaitedForAsLittleAsCanBe() {
    const int numProcessors = std::max(1U, std::thread::hardware_concurrency());
    std::atomic<bool> ended{false};
    std::vector<std::thread> others;
    for (int i = 0; i < 2 * numProcessors; ++i) {
      others.emplace_back([&] {
        while (!ended.load(std::memory_order_relaxed)) {
        }
      });
    }
    ThreadTeam team(numProcessors);
    std::atomic<int> numDone{0};
    QElapsedTimer timer;
    timer.start();
    for (int round = 0; round < 500; ++round) team.run(8, false, [&](std::int64_t, int) { ++numDone; });
    const qint64 took = timer.elapsed();
    ended = true;
    for (std::thread& other : others) other.join();
    QCOMPARE(numDone.load(), 4000);
    QVERIFY2(took < 250, "half a millisecond a round");
    qInfo("500 rounds on a busy machine: %lld ms", static_cast<long long>(took));
  }

  void aloneEverythingRunsOnTheCaller() {
    ThreadTeam team(3);
    const auto caller = std::this_thread::get_id();
    int others = 0;
    team.run(50, true, [&](std::int64_t, int thread) {
      others += thread != 0 || std::this_thread::get_id() != caller;
    });
    QCOMPARE(others, 0);
  }
};

QTEST_GUILESS_MAIN(TestThreadTeam)
#include "tst_thread_team.moc"
