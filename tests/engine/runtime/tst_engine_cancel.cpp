// A request can be cancelled wherever it stands, and nobody else notices.
#include <QTest>

#include "tests/support/engine_run.h"

using namespace zipage;
using namespace zipage::test;

#define EXPECT_FINISH(run) QVERIFY2((run).finish(), (run).problem.c_str())

class TestEngineCancel : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void whoRunsReadsOrWaitsIsCancelled() {
    EngineRun run(smallLimits(8));
    const RequestId running = run.submit(fullRequest(3, 100, 1));
    QVERIFY(run.step());
    const RequestId reading = run.submit(budgetRequest(60, 10, 12, 4, 2));
    QVERIFY(run.step());
    const RequestId waiting = run.submit(budgetRequest(60, 10, 12, 4, 3));
    QVERIFY(run.step());
    for (const RequestId id : {running, reading, waiting}) run.engine.cancel(id);
    run.engine.cancel(RequestId{999});
    QVERIFY(run.engine.hasWork());
    QVERIFY2(run.step(), run.problem.c_str());
    for (const RequestId id : {running, reading, waiting})
      QCOMPARE(run[id].finished->reason, FinishReason::Cancelled);
    EXPECT_FINISH(run);
  }

  void whoIsSwappedCanBeCancelled() {
    EngineRun run(smallLimits(9));
    const RequestId older = run.submit(budgetRequest(2, 90, 16, 8, 1));
    const RequestId younger = run.submit(budgetRequest(24, 90, 16, 8, 2));
    while (run[younger].swaps == 0) QVERIFY2(run.step(), run.problem.c_str());
    run.engine.cancel(younger);
    QVERIFY2(run.step(), run.problem.c_str());
    QCOMPARE(run[younger].finished->reason, FinishReason::Cancelled);
    EXPECT_FINISH(run);
    QCOMPARE(run[older].finished->reason, FinishReason::Length);
  }

  void whoIsBeingCompressedIsCancelledWhenThatIsDone() {
    EngineLimits limits = smallLimits(60);
    limits.compressesBeside = true;
    EngineRun run(limits);
    const RequestId compressed = run.submit(budgetRequest(14, 90, 12, 4, 1));
    const RequestId other = run.submit(fullRequest(2, 60, 2));
    while (run.stateOf(compressed) != SequenceState::Compressing) QVERIFY2(run.step(), run.problem.c_str());
    run.engine.cancel(compressed);
    EXPECT_FINISH(run);
    QCOMPARE(run[compressed].finished->reason, FinishReason::Cancelled);
    QCOMPARE(run[compressed].compressions, 1);
    QCOMPARE(run[other].tokens, aloneWithAmpleRoom(fullRequest(2, 60, 2)));
  }

  void whoIsBlockedForAQuerySlotCanBeCancelled() {
    EngineLimits limits = smallLimits(60);
    limits.numQuerySlots = 1;
    EngineRun run(limits);
    const Request asked = budgetRequest(9, 60, 12, 4, 1);
    const RequestId first = run.submit(asked), second = run.submit(budgetRequest(9, 60, 12, 4, 2));
    while (run.stateOf(second) != SequenceState::Blocked) QVERIFY2(run.step(), run.problem.c_str());
    run.engine.cancel(second);
    QVERIFY2(run.step(), run.problem.c_str());
    QCOMPARE(run[second].finished->reason, FinishReason::Cancelled);
    QVERIFY(!run[second].tokens.empty());
    EXPECT_FINISH(run);
    QCOMPARE(run[first].tokens, aloneWithAmpleRoom(asked));
  }

  void whoIsSuspendedForAPageCanBeCancelled() {
    EngineLimits limits = smallLimits(8);
    limits.compressesBeside = true;
    EngineRun run(limits);
    const Request asked = budgetRequest(6, 60, 12, 4, 1);
    const RequestId first = run.submit(asked), second = run.submit(fullRequest(6, 20, 2));
    // Both fill four pages at a time; one is compressed then, the other finds no page.
    while (run.stateOf(second) != SequenceState::Suspended) QVERIFY2(run.step(), run.problem.c_str());
    run.engine.cancel(second);
    QVERIFY2(run.step(), run.problem.c_str());
    QCOMPARE(run[second].finished->reason, FinishReason::Cancelled);
    EXPECT_FINISH(run);
    QCOMPARE(run[first].tokens, aloneWithAmpleRoom(asked));
  }

  void whoGaveWayCanBeCancelled() {
    EngineRun run(smallLimits(10));
    const Request asked = fullRequest(10, 22, 1);
    const RequestId first = run.submit(asked), second = run.submit(fullRequest(10, 22, 2));
    while (run[second].preemptions == 0) QVERIFY2(run.step(), run.problem.c_str());
    run.engine.cancel(second);
    EXPECT_FINISH(run);
    QCOMPARE(run[second].finished->reason, FinishReason::Cancelled);
    QCOMPARE(run[first].tokens, aloneWithAmpleRoom(asked));
  }

  void whoHasNotBegunAndWhoHasEndedAreNoTrouble() {
    EngineRun run(smallLimits(20));
    const RequestId first = run.submit(fullRequest(3, 5, 1)), never = run.submit(fullRequest(3, 5, 2));
    run.engine.cancel(never);
    EXPECT_FINISH(run);
    run.engine.cancel(first);
    QVERIFY(!run.engine.hasWork());
    QCOMPARE(run[first].finished->reason, FinishReason::Length);
    QCOMPARE(run[never].finished->reason, FinishReason::Cancelled);
    QCOMPARE(run[never].starts, 0);
  }

  void everybodyCanBeCancelledAtOnce() {
    EngineRun run(smallLimits(9));
    for (int salt = 1; salt <= 6; ++salt) run.submit(budgetRequest(9, 60, 16, 8, salt));
    for (int i = 0; i < 30; ++i) QVERIFY2(run.step(), run.problem.c_str());
    run.engine.cancelAll();
    QVERIFY2(run.step(), run.problem.c_str());
    QVERIFY(!run.engine.hasWork());
    EXPECT_FINISH(run);
  }
};

QTEST_GUILESS_MAIN(TestEngineCancel)
#include "tst_engine_cancel.moc"
