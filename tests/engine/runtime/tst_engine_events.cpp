// What the engine says happened, in numbers: pages reclaimed, tokens evicted, prefixes dropped, requests
// preempted, swapped, compressed. Pages are 4 tokens.
#include <QTest>

#include "tests/support/engine_run.h"

using namespace zipage;
using namespace zipage::test;

#define EXPECT_FINISH(run) QVERIFY2((run).finish(), (run).problem.c_str())

class TestEngineEvents : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aCompressionSaysHowMuchWentAndHowLongItTook() {
    EngineRun run(smallLimits(20));
    run.runner.beforeCompression = [&](const CompressionPlan&) {
      run.clock.advance(std::chrono::milliseconds(3));
    };
    const RequestId id = run.submit(budgetRequest(6, 20, 12, 8));
    EXPECT_FINISH(run);
    const auto compressed = run.allOf<SequenceCompressed>();
    QCOMPARE(compressed.size(), std::size_t{1});
    QCOMPARE(compressed[0].request, id);
    QCOMPARE(compressed[0].entriesBefore, 20);
    QCOMPARE(compressed[0].entriesAfter, 12);
    QCOMPARE(compressed[0].tokensEvicted, 8);
    QCOMPARE(compressed[0].pagesReclaimed, 2);
    QCOMPARE(compressed[0].duration, Duration(std::chrono::milliseconds(3)));
    QCOMPARE(run.engine.metrics().pagesReclaimed, std::int64_t{2});
    QCOMPARE(run.engine.metrics().tokensEvicted, std::int64_t{8});
  }

  void aPageThatAnotherGoesOnHoldingIsNotReclaimed() {
    EngineRun run(smallLimits(60));
    run.submit(fullRequest(20, 60));
    QVERIFY(run.step());
    QVERIFY(run.step());
    const RequestId branch = run.submit(budgetRequest(20, 40, 12, 8));
    while (run[branch].compressions == 0) QVERIFY2(run.step(), run.problem.c_str());
    const auto compressed = run.allOf<SequenceCompressed>();
    QCOMPARE(compressed[0].tokensEvicted, 8);
    // The first four of its five pages are the trunk's as well, and what is kept goes into the fifth and
    // fresh ones.
    QCOMPARE(compressed[0].pagesReclaimed, 0);
    EXPECT_FINISH(run);
  }

  void prefixesThatMakeRoomAreCounted() {
    EngineRun run(smallLimits(10));
    run.submit(fullRequest(20, 4, 1));
    EXPECT_FINISH(run);
    QVERIFY(run.allOf<PrefixDropped>().empty());
    run.submit(fullRequest(36, 1, 2));
    EXPECT_FINISH(run);
    // Five named pages of 23 tokens in ten; nine are wanted.
    std::int64_t pages = 0;
    for (const PrefixDropped& dropped : run.allOf<PrefixDropped>()) {
      pages += dropped.pages;
      QVERIFY(!dropped.request);
    }
    QCOMPARE(pages, std::int64_t{4});
    QCOMPARE(run.engine.metrics().pagesDropped, std::int64_t{4});
  }

  void whoIsPreemptedSaysWhatItCosts() {
    EngineRun run(smallLimits(10));
    run.submit(fullRequest(10, 22, 1));
    const RequestId younger = run.submit(fullRequest(10, 22, 2));
    EXPECT_FINISH(run);
    const auto preempted = run.allOf<RequestPreempted>();
    QVERIFY(!preempted.empty());
    QCOMPARE(preempted[0].request, younger);
    QCOMPARE(preempted[0].tokensToRecompute, 19);  // its prompt was read a step later
    QCOMPARE(preempted[0].pagesReclaimed, 5);
    QCOMPARE(static_cast<int>(preempted.size()), run[younger].preemptions);
    QCOMPARE(run.engine.metrics().preemptions, static_cast<std::int64_t>(preempted.size()));
  }

  void aSwapIsToldBothWays() {
    EngineRun run(smallLimits(9));
    run.submit(budgetRequest(2, 90, 16, 8, 1));
    const RequestId younger = run.submit(budgetRequest(24, 90, 16, 8, 2));
    while (run.stateOf(younger) != SequenceState::Swapped) QVERIFY2(run.step(), run.problem.c_str());
    const SequenceSnapshot outside = run.engine.snapshot()->sequences.back();
    QCOMPARE(outside.request, younger);
    QCOMPARE(outside.pagesHeld, 0);
    QVERIFY(outside.physicalTokens >= 16);
    EXPECT_FINISH(run);
    const auto swapped = run.allOf<SequenceSwapped>();
    QVERIFY(swapped.size() >= 2);
    for (std::size_t i = 0; i < swapped.size(); i += 2) {
      QCOMPARE(swapped[i].request, younger);
      QVERIFY(swapped[i].isOut && !swapped[i + 1].isOut);
      QVERIFY(swapped[i].pages >= 4);
      QCOMPARE(swapped[i].pagesReclaimed, swapped[i].pages);
      QCOMPARE(swapped[i + 1].pages, swapped[i].pages);
      QCOMPARE(swapped[i + 1].pagesReclaimed, 0);
    }
  }

  void anEndSaysWhatItGivesBack() {
    EngineRun run(smallLimits(60));
    const std::vector<RequestId> ids = run.submitSamples(fullRequest(42, 12), 2);
    while (run[ids[1]].tokens.size() < 3) QVERIFY2(run.step(), run.problem.c_str());
    run.engine.cancel(ids[1]);
    EXPECT_FINISH(run);
    QCOMPARE(run[ids[1]].finished->pagesReclaimed, 1);   // ten pages of the prompt are the leader's too
    QCOMPARE(run[ids[0]].finished->pagesReclaimed, 14);  // 53 entries
  }

  void everyKindIsSaidInTheOrderOfHappening() {
    EngineRun run(smallLimits(20));
    const RequestId id = run.submit(budgetRequest(6, 20, 12, 8));
    EXPECT_FINISH(run);
    QCOMPARE(run.happened.size(), std::size_t{3});
    QCOMPARE(std::get<RequestStarted>(run.happened[0]).request, id);
    QCOMPARE(std::get<RequestStarted>(run.happened[0]).promptTokens, 6);
    QCOMPARE(std::get<SequenceCompressed>(run.happened[1]).request, id);
    QCOMPARE(std::get<RequestFinished>(run.happened[2]).request, id);
    QCOMPARE(std::get<RequestFinished>(run.happened[2]).tokensEvicted, std::int64_t{8});
  }
};

QTEST_GUILESS_MAIN(TestEngineEvents)
#include "tst_engine_events.moc"
