// Steps that begin before it is known what the last one drew: nobody notices, but that what is asked for
// comes a step later.
#include <QTest>

#include "tests/support/engine_run.h"
#include "tests/support/memory_storage.h"

using namespace zipage;
using namespace zipage::test;

#define EXPECT_STEP(run) QVERIFY2((run).step(), (run).problem.c_str())
#define EXPECT_FINISH(run) QVERIFY2((run).finish(), (run).problem.c_str())

namespace {

EngineLimits aheadLimits(int numPages) {
  EngineLimits limits = smallLimits(numPages);
  limits.runsAhead = true;
  return limits;
}

/// Ends with the token 0.
Request endingRequest(Request request) {
  request.endTokens = {0};
  request.ignoreEnd = false;
  return request;
}

/// `count` tokens and then the end.
std::vector<TokenId> scriptOf(int count) {
  std::vector<TokenId> script;
  for (int i = 0; i < count; ++i) script.push_back(1 + i % 30);
  script.push_back(0);
  return script;
}

}  // namespace

class TestEngineAhead : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void decodingRunsAheadAndSaysTheSame() {
    EngineRun run(aheadLimits(60));
    const Request full = fullRequest(9, 40, 1), bounded = budgetRequest(9, 60, 16, 8, 2);
    const RequestId first = run.submit(full), second = run.submit(bounded);
    EXPECT_FINISH(run);
    QCOMPARE(run[first].tokens, aloneWithAmpleRoom(full));
    QCOMPARE(run[second].tokens, aloneWithAmpleRoom(bounded));
    // All but those after a prompt, a compression and an end.
    QVERIFY2(run.runner.numStepsAhead > 40, qPrintable(QString::number(run.runner.numStepsAhead)));
    QVERIFY(run.runner.numSteps <= 60 + 6);
  }

  void unlessItIsToldNothingRunsAhead() {
    EngineRun run(smallLimits(60));
    run.submit(fullRequest(9, 40));
    EXPECT_FINISH(run);
    QCOMPARE(run.runner.numStepsAhead, 0);
  }

  void aTokenIsToldBeforeTheStepBehindItEnds() {
    EngineRun run(aheadLimits(60));
    const RequestId id = run.submit(fullRequest(5, 40));
    EXPECT_STEP(run);
    QCOMPARE(run[id].tokens.size(), std::size_t{1});
    QCOMPARE(run.runner.numSteps, 2);
    EXPECT_STEP(run);
    QCOMPARE(run[id].tokens.size(), std::size_t{2});
    EXPECT_FINISH(run);
  }

  void whoEndsWithTheTokenBeforeHasNoPartInTheStepAhead() {
    EngineRun run(aheadLimits(60));
    run.runner.script = scriptOf(10);
    const RequestId ending = run.submit(endingRequest(fullRequest(5, 40, 1)));
    const RequestId other = run.submit(fullRequest(5, 40, 2));
    EXPECT_FINISH(run);
    QCOMPARE(run[ending].finished->reason, FinishReason::EndToken);
    QCOMPARE(run[ending].tokens.size(), std::size_t{10});
    QCOMPARE(run[other].finished->reason, FinishReason::Length);
    QCOMPARE(run[other].tokens.size(), std::size_t{40});
  }

  void whoEndsByItsCountHasNoStepAhead() {
    EngineLimits limits = aheadLimits(60);
    EngineRun counted(limits);
    counted.submit(fullRequest(5, 10));
    EXPECT_FINISH(counted);
    QCOMPARE(counted.runner.numSteps, 10);  // the first reads the prompt
    limits.contextLength = 15;
    EngineRun contextual(limits);
    Request request = endingRequest(fullRequest(5, 40));
    request.endTokens.clear();
    contextual.submit(request);
    EXPECT_FINISH(contextual);
    QCOMPARE(contextual.runner.numSteps, 10);
  }

  void theLastOneLeavesNothingUnderWay() {
    EngineRun run(aheadLimits(60));
    run.runner.script = scriptOf(10);
    const RequestId ending = run.submit(endingRequest(fullRequest(5, 40)));
    while (!run[ending].finished) EXPECT_STEP(run);
    QVERIFY(run.engine.hasWork());  // the step behind the last one
    EXPECT_STEP(run);
    QVERIFY(!run.engine.hasWork());
  }

  // The step ahead would have put the query of the end token in the place of the oldest one.
  void whatIsStoredOfAReplyThatEndedIsComplete() {
    MemoryStorage storage;
    const Request asked = endingRequest(budgetRequest(9, 60, 16, 8));
    Request next = asked;
    {
      EngineRun run(aheadLimits(60), &storage);
      run.runner.script = scriptOf(26);
      const RequestId id = run.submit(asked);
      EXPECT_FINISH(run);
      QVERIFY(run[id].compressions > 0 && run.runner.numStepsAhead > 10);
      next.prompt.insert(next.prompt.end(), run[id].tokens.begin(), run[id].tokens.end());
    }
    QCOMPARE(storage.numSequences(), 1);
    for (int i = 0; i < 6; ++i) next.prompt.push_back(7 + i);
    EngineRun run(aheadLimits(60), &storage);
    run.runner.script = scriptOf(26);
    const RequestId id = run.submit(next);
    run.engine.compressNow(id);  // looks at the window that was stored
    EXPECT_FINISH(run);
    QVERIFY(run[id].finished->storedTokens > 0);
    QVERIFY(run[id].compressions > 0);
  }

  void aCancelTakesEffectAStepLater() {
    EngineRun run(aheadLimits(60));
    const Request asked = fullRequest(5, 40);
    const RequestId id = run.submit(asked);
    for (int i = 0; i < 5; ++i) EXPECT_STEP(run);
    run.engine.cancel(id);
    EXPECT_STEP(run);
    EXPECT_STEP(run);
    QCOMPARE(run[id].finished->reason, FinishReason::Cancelled);
    QCOMPARE(run[id].tokens.size(), std::size_t{6});
    QVERIFY(!run.engine.hasWork());
    const std::vector<TokenId> alone = aloneWithAmpleRoom(asked);
    QVERIFY(std::equal(run[id].tokens.begin(), run[id].tokens.end(), alone.begin()));
  }

  void aWaitingOneThatIsCancelledEndsWhileOthersRunAhead() {
    EngineLimits limits = aheadLimits(60);
    limits.maxSequences = 1;
    EngineRun run(limits);
    run.submit(fullRequest(5, 40, 1));
    const RequestId waiting = run.submit(fullRequest(5, 40, 2));
    for (int i = 0; i < 5; ++i) EXPECT_STEP(run);
    QVERIFY(run.runner.numStepsAhead > 3);  // there is no place for the one that waits
    run.engine.cancel(waiting);
    EXPECT_STEP(run);
    QCOMPARE(run[waiting].finished->reason, FinishReason::Cancelled);
    EXPECT_FINISH(run);
  }

  void whoComesIsAdmittedAStepLater() {
    EngineRun run(aheadLimits(60));
    run.submit(fullRequest(5, 40, 1));
    for (int i = 0; i < 5; ++i) EXPECT_STEP(run);
    const RequestId late = run.submit(fullRequest(5, 40, 2));
    EXPECT_STEP(run);
    EXPECT_STEP(run);
    QCOMPARE(run[late].tokens.size(), std::size_t{1});
    EXPECT_FINISH(run);
    QCOMPARE(run[late].tokens, aloneWithAmpleRoom(fullRequest(5, 40, 2)));
  }

  void compressionsComeWhenTheyAreDue() {
    EngineRun run(aheadLimits(60));
    const Request asked = budgetRequest(9, 90, 16, 8);
    const RequestId id = run.submit(asked);
    EXPECT_FINISH(run);
    for (const SequenceCompressed& event : run.allOf<SequenceCompressed>()) QCOMPARE(event.entriesBefore, 24);
    QCOMPARE(run[id].tokens, aloneWithAmpleRoom(asked));
  }

  void anAskedCompressionComesAStepLater() {
    EngineRun run(aheadLimits(60));
    const RequestId id = run.submit(budgetRequest(9, 60, 16, 20));
    while (run[id].tokens.size() < 12) EXPECT_STEP(run);
    run.engine.compressNow(id);
    EXPECT_STEP(run);
    QCOMPARE(run[id].compressions, 0);
    EXPECT_STEP(run);
    QCOMPARE(run[id].compressions, 1);
    EXPECT_FINISH(run);
  }

  void aCompressionBesideTheStepsDoesNotKeepTheOthersFromRunningAhead() {
    EngineLimits limits = aheadLimits(60);
    limits.compressesBeside = true;
    EngineRun run(limits);
    const Request asked = budgetRequest(9, 60, 16, 8, 1), full = fullRequest(9, 60, 2);
    const RequestId bounded = run.submit(asked), other = run.submit(full);
    int aheadMeanwhile = 0;
    while (run.engine.hasWork()) {
      const bool isCompressing = run.stateOf(bounded) == SequenceState::Compressing;
      const int before = run.runner.numStepsAhead;
      EXPECT_STEP(run);
      aheadMeanwhile += isCompressing ? run.runner.numStepsAhead - before : 0;
    }
    QVERIFY(aheadMeanwhile > 0);
    QCOMPARE(run[bounded].tokens, aloneWithAmpleRoom(asked));
    QCOMPARE(run[other].tokens, aloneWithAmpleRoom(full));
  }

  void nobodyRunsAheadWithAHistoryOrTooManyEnds() {
    Request penalised = fullRequest(5, 40);
    penalised.sampling.repetitionPenalty = 1.2F;
    Request manyEnds = endingRequest(fullRequest(5, 40));
    manyEnds.endTokens.assign(kMostEndTokens + 1, 39);
    for (const Request& request : {penalised, manyEnds}) {
      EngineRun run(aheadLimits(60));
      run.submit(request);
      EXPECT_FINISH(run);
      QCOMPARE(run.runner.numStepsAhead, 0);
    }
  }

  void rankingsAreThoseOfTheirTokens() {
    EngineRun run(aheadLimits(60));
    Request request = fullRequest(5, 30);
    request.numTopLogProbs = 2;
    const RequestId id = run.submit(request);
    EXPECT_FINISH(run);
    QVERIFY(run.runner.numStepsAhead > 20);
    QCOMPARE(run[id].logProbs.size(), run[id].tokens.size());
    for (std::size_t i = 0; i < run[id].tokens.size(); ++i)
      QCOMPARE(run[id].logProbs[i].top.front().token, run[id].tokens[i]);
  }

  void aDeviceLostAheadEndsEveryRequestOnce() {
    for (const int after : {3, 4, 5}) {
      EngineRun run(aheadLimits(60));
      const RequestId first = run.submit(fullRequest(5, 40, 1)), second = run.submit(fullRequest(5, 40, 2));
      run.runner.beforeStep = [&] {
        if (run.runner.numSteps == after) run.runner.failsWith = Error{ErrorCode::Device, "lost"};
      };
      EXPECT_FINISH(run);
      QCOMPARE(run[first].finished->reason, FinishReason::Failed);
      QCOMPARE(run[second].finished->reason, FinishReason::Failed);
    }
  }

  void anEngineThatIsStoppedLeavesItsRunnerToTheNext() {
    const EngineLimits limits = aheadLimits(60);
    FakeRunner runner(limits);
    const FakeClock clock;
    for (int turn = 0; turn < 2; ++turn) {
      Engine engine(limits, runner, clock);
      QVERIFY(engine.submit(fullRequest(5, 40)).has_value());
      for (int i = 0; i < 5; ++i) engine.step();
    }
    QCOMPARE(runner.complaint, std::string());
    QVERIFY(runner.numStepsAhead > 6);
  }
};

QTEST_GUILESS_MAIN(TestEngineAhead)
#include "tst_engine_ahead.moc"
