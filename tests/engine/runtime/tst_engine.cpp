// What an engine does with requests, told by its events. The model is a book-keeper that complains about
// every wrong read.
#include <QTest>

#include "tests/support/engine_run.h"

using namespace zipage;
using namespace zipage::test;

#define EXPECT_FINISH(run) QVERIFY2((run).finish(), (run).problem.c_str())

class TestEngine : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aRequestStartsSpeaksAndFinishes() {
    EngineRun run(smallLimits(20));
    const RequestId id = run.submit(fullRequest(5, 9));
    EXPECT_FINISH(run);
    QCOMPARE(run[id].starts, 1);
    QCOMPARE(run[id].tokens.size(), std::size_t{9});
    QCOMPARE(run[id].finished->reason, FinishReason::Length);
    QCOMPARE(run[id].finished->promptTokens, 5);
    QCOMPARE(run[id].finished->peakPages, 4);  // the last token is never read: 13 entries
    QCOMPARE(run[id].finished->timeToFirstToken, Duration(std::chrono::milliseconds(10)));
    QCOMPARE(run[id].finished->decodeTime, Duration(std::chrono::milliseconds(80)));
  }

  void anEndTokenEndsTheReplyAndIsNoPartOfIt() {
    Request request = fullRequest(5, 400);
    const std::vector<TokenId> all = aloneWithAmpleRoom(request);
    request.endTokens = {all[12]};
    request.ignoreEnd = false;
    const auto end = std::find(all.begin(), all.end(), all[12]);
    EngineRun run(smallLimits(200));
    const RequestId id = run.submit(request);
    EXPECT_FINISH(run);
    QCOMPARE(run[id].finished->reason, FinishReason::EndToken);
    QCOMPARE(run[id].tokens, std::vector<TokenId>(all.begin(), end));
    QCOMPARE(run.engine.metrics().generatedTokens, static_cast<std::int64_t>(run[id].tokens.size()));
  }

  void aPromptLongerThanAStepIsReadInChunks() {
    EngineRun run(smallLimits(40));
    const Request request = fullRequest(50, 3);
    const RequestId id = run.submit(request);
    EXPECT_FINISH(run);
    QCOMPARE(run.runner.numSteps, 4 + 2);  // 16 tokens a step
    QCOMPARE(run[id].tokens, aloneWithAmpleRoom(request));
  }

  void logProbsComeWithEachTokenOfWhoAsksAndChangeNothing() {
    EngineRun run(smallLimits(60));
    Request request = fullRequest(5, 9, 1);
    const RequestId quiet = run.submit(fullRequest(5, 9, 2));
    request.numTopLogProbs = 0;
    const RequestId chosen = run.submit(request);
    request.numTopLogProbs = 3;
    const RequestId all = run.submit(request);
    EXPECT_FINISH(run);
    QVERIFY(run[quiet].logProbs.empty());
    QCOMPARE(run[chosen].tokens, aloneWithAmpleRoom(request));
    QCOMPARE(run[chosen].logProbs.size(), std::size_t{9});
    QVERIFY(run[chosen].logProbs.back().top.empty());
    QCOMPARE(run[all].logProbs.size(), std::size_t{9});
    for (std::size_t i = 0; i < 9; ++i) {
      const TokenLogProbs& told = run[all].logProbs[i];
      QCOMPARE(told.logProbability, -1.0F);
      QCOMPARE(told.top.size(), std::size_t{3});
      QCOMPARE(told.top[0].token, run[all].tokens[i]);
      QCOMPARE(told.top[2].logProbability, -3.0F);
    }
  }

  void neighboursChangeNothing() {
    EngineRun run(smallLimits(60));
    std::vector<std::pair<RequestId, Request>> requests;
    for (int salt = 1; salt <= 6; ++salt) {
      Request request =
          salt % 2 == 0 ? fullRequest(3 * salt, 20, salt) : budgetRequest(5 * salt, 30, 12, 4, salt);
      requests.emplace_back(run.submit(request), request);
      run.step();
    }
    EXPECT_FINISH(run);
    for (const auto& [id, request] : requests) QCOMPARE(run[id].tokens, aloneWithAmpleRoom(request));
  }

  void aBudgetKeepsPagesBoundedHoweverLongTheReply() {
    EngineRun run(smallLimits(100));
    const RequestId id = run.submit(budgetRequest(6, 500, 12, 4));
    EXPECT_FINISH(run);
    QCOMPARE(run[id].finished->peakPages, 4);
    QCOMPARE(run.engine.metrics().peakPages, 4);
    QCOMPARE(run[id].tokens.size(), std::size_t{500});
    // 505 tokens go through the model; the first 16 fit, then every 4 make room for the next 4.
    QCOMPARE(run[id].compressions, (505 - 16 + 3) / 4);
    QCOMPARE(run[id].finished->tokensEvicted, std::int64_t{4 * run[id].compressions});
    QCOMPARE(run.engine.metrics().pagesReclaimed, std::int64_t{run[id].compressions});
  }

  void aPromptLongerThanTheCapacityIsReadInBoundedPages() {
    EngineRun run(smallLimits(100));
    const RequestId id = run.submit(budgetRequest(90, 10, 12, 8));
    EXPECT_FINISH(run);
    QCOMPARE(run[id].finished->peakPages, 5);
    QCOMPARE(run[id].tokens, aloneWithAmpleRoom(budgetRequest(90, 10, 12, 8)));
  }

  void aBudgetThatIsNeverReachedChangesNothing() {
    const std::vector<TokenId> unbounded = aloneWithAmpleRoom(fullRequest(10, 30));
    QCOMPARE(aloneWithAmpleRoom(budgetRequest(10, 30, 40, 4)), unbounded);
    QCOMPARE(aloneWithAmpleRoom(budgetRequest(10, 30, 32, 8)), unbounded);  // 39 entries fit exactly into 40
    QVERIFY(aloneWithAmpleRoom(budgetRequest(10, 30, 28, 8)) != unbounded);
  }

  void theYoungestGivesWayAndIsRecomputedToTheSame() {
    EngineRun run(smallLimits(10));
    const Request older = fullRequest(10, 22, 1), younger = fullRequest(10, 22, 2);
    const RequestId first = run.submit(older), second = run.submit(younger);
    EXPECT_FINISH(run);
    QCOMPARE(run[first].preemptions, 0);
    QVERIFY(run[second].preemptions > 0);
    QCOMPARE(run[first].tokens, aloneWithAmpleRoom(older));
    QCOMPARE(run[second].tokens, aloneWithAmpleRoom(younger));
    QVERIFY(run.engine.metrics().recomputedTokens > 0);
    QCOMPARE(run.engine.metrics().promptTokens, std::int64_t{20});
    QVERIFY(run[first].finished->decodeTime < run[second].finished->decodeTime);
  }

  void whoGaveWayOnceIsStillOlderThanThoseWhoCameLater() {
    EngineRun run(smallLimits(12));
    std::vector<RequestId> ids;
    for (int salt = 1; salt <= 4; ++salt) ids.push_back(run.submit(fullRequest(9, 24, salt)));
    std::vector<RequestId> ends;
    while (run.engine.hasWork()) {
      QVERIFY2(run.step(), run.problem.c_str());
      for (const RequestId id : ids) {
        if (run[id].finished && std::find(ends.begin(), ends.end(), id) == ends.end()) ends.push_back(id);
      }
    }
    QCOMPARE(ends, ids);
  }

  void aSequenceAloneThatOutgrowsThePoolIsToldSo() {
    EngineRun run(smallLimits(5));
    const RequestId id = run.submit(fullRequest(7, 100));
    EXPECT_FINISH(run);
    QCOMPARE(run[id].finished->reason, FinishReason::PoolExhausted);
    QCOMPARE(run[id].finished->error.code, ErrorCode::PoolTooSmall);
    QVERIFY2(run[id].finished->error.message.find("20") != std::string::npos,
             run[id].finished->error.message.c_str());
    const std::vector<TokenId> all = aloneWithAmpleRoom(fullRequest(7, 100));
    QCOMPARE(run[id].tokens,
             std::vector<TokenId>(all.begin(), all.begin() + 14));  // 20 entries, and one drawn from the last
  }

  void anExhaustedSequenceMakesRoomForThoseWhoWait() {
    EngineRun run(smallLimits(5));
    const RequestId hungry = run.submit(fullRequest(7, 100));
    const RequestId modest = run.submit(fullRequest(7, 5, 2));
    EXPECT_FINISH(run);
    QCOMPARE(run[hungry].finished->reason, FinishReason::PoolExhausted);
    QCOMPARE(run[modest].finished->reason, FinishReason::Length);
  }

  void boundedSequencesAlwaysFit() {
    EngineRun run(smallLimits(12));
    std::vector<RequestId> ids;
    for (int salt = 1; salt <= 8; ++salt) ids.push_back(run.submit(budgetRequest(9, 60, 12, 4, salt)));
    QVERIFY(run.step());
    QCOMPARE(run.engine.metrics().running, 3);  // three times four pages
    EXPECT_FINISH(run);
    QCOMPARE(run.engine.metrics().preemptions, std::int64_t{0});
    for (const RequestId id : ids) QCOMPARE(run[id].finished->reason, FinishReason::Length);
  }

  void constrainedAdmissionWaitsForAQuerySlot() {
    EngineLimits limits = smallLimits(100);
    limits.numQuerySlots = 2;
    limits.admission = AdmissionMode::Constrained;
    EngineRun run(limits);
    for (int salt = 1; salt <= 5; ++salt) run.submit(budgetRequest(9, 60, 12, 4, salt));
    QVERIFY(run.step());
    QCOMPARE(run.engine.metrics().running, 2);
    EXPECT_FINISH(run);
  }

  void hybridAdmissionRunsUntilAWindowIsWanted() {
    EngineLimits limits = smallLimits(100);
    limits.numQuerySlots = 2;
    EngineRun run(limits);
    std::vector<RequestId> ids;
    for (int salt = 1; salt <= 5; ++salt) ids.push_back(run.submit(budgetRequest(9, 60, 12, 4, salt)));
    while (run[ids[0]].compressions == 0) QVERIFY2(run.step(), run.problem.c_str());
    QCOMPARE(run.engine.metrics().running, 5);
    // 14 of 16 entries, and a token drawn from the last: the query of the next one must be kept.
    QCOMPARE(run[ids[4]].tokens.size(), std::size_t{14 - 9 + 1});
    EXPECT_FINISH(run);
    for (int salt = 1; salt <= 5; ++salt)
      QCOMPARE(run[ids[static_cast<std::size_t>(salt - 1)]].tokens,
               aloneWithAmpleRoom(budgetRequest(9, 60, 12, 4, salt)));
  }

  void theYoungestCompressedGoesToHostMemoryAndComesBackTheSame() {
    EngineRun run(smallLimits(9));
    const Request older = budgetRequest(2, 90, 16, 8, 1), younger = budgetRequest(24, 90, 16, 8, 2);
    const RequestId first = run.submit(older), second = run.submit(younger);
    EXPECT_FINISH(run);
    QCOMPARE(run[first].swaps, 0);
    QVERIFY(run[second].swaps > 0);
    QCOMPARE(run.engine.metrics().swaps, std::int64_t{run[second].swaps});
    QCOMPARE(run[first].tokens, aloneWithAmpleRoom(older));
    QCOMPARE(run[second].tokens, aloneWithAmpleRoom(younger));
  }

  void withoutHostMemoryTheYoungestWaitsForTheOldest() {
    EngineRun run(smallLimits(9));
    run.runner.hostIsFull = true;
    const RequestId first = run.submit(budgetRequest(9, 60, 16, 8, 1));
    run.submit(budgetRequest(9, 60, 16, 8, 2));
    EXPECT_FINISH(run);
    QCOMPARE(run[first].finished->reason, FinishReason::Length);
    QCOMPARE(run.engine.metrics().swaps, std::int64_t{0});
  }

  void autoKeepsEverythingWhileThereIsRoom() {
    Request asked = budgetRequest(10, 80, 12, 4);
    asked.policy = MemoryPolicy::Auto;
    EngineRun run(smallLimits(100));
    const RequestId id = run.submit(asked);
    EXPECT_FINISH(run);
    QCOMPARE(run[id].compressions, 0);
    QCOMPARE(run[id].tokens, aloneWithAmpleRoom(fullRequest(10, 80)));
  }

  void autoIsCompressedBeforeAnybodyGivesWay() {
    EngineRun run(smallLimits(14));
    Request asked = budgetRequest(10, 80, 12, 4, 1);
    asked.policy = MemoryPolicy::Auto;
    const RequestId longer = run.submit(asked);
    while (run[longer].tokens.size() < 30) QVERIFY2(run.step(), run.problem.c_str());
    const RequestId shorter = run.submit(fullRequest(10, 20, 2));
    EXPECT_FINISH(run);
    QVERIFY(run[longer].compressions > 0);
    QCOMPARE(run.engine.metrics().preemptions + run.engine.metrics().swaps, std::int64_t{0});
    QCOMPARE(run[longer].finished->reason, FinishReason::Length);
    QCOMPARE(run[shorter].tokens, aloneWithAmpleRoom(fullRequest(10, 20, 2)));
  }

  void autoReadsAPromptThatIsLongerThanThePool() {
    Request asked = budgetRequest(100, 10, 12, 4);
    asked.policy = MemoryPolicy::Auto;
    EngineRun run(smallLimits(10));
    const RequestId id = run.submit(asked);
    EXPECT_FINISH(run);
    QCOMPARE(run[id].finished->reason, FinishReason::Length);
    QVERIFY(run[id].compressions > 0);
  }

  void growGrowsAPageAtATimeAndIsTheSameInACrowd() {
    Request asked = budgetRequest(10, 200, 12, 4);
    asked.policy = MemoryPolicy::Grow;
    EngineRun alone(smallLimits(20)), crowd(smallLimits(20));
    const RequestId id = alone.submit(asked);
    EXPECT_FINISH(alone);
    QVERIFY(alone[id].finished->peakPages > 4);
    QVERIFY(alone[id].compressions > 0);
    for (int salt = 2; salt <= 4; ++salt) crowd.submit(budgetRequest(10, 60, 12, 8, salt));
    const RequestId same = crowd.submit(asked);
    EXPECT_FINISH(crowd);
    QVERIFY(crowd.engine.metrics().preemptions + crowd.engine.metrics().swaps > 0);
    QCOMPARE(crowd[same].tokens, alone[id].tokens);
  }

  void twoLongPromptsDoNotFightOverTheSamePages() {
    EngineRun run(smallLimits(12));
    for (int salt = 1; salt <= 2; ++salt) run.submit(fullRequest(40, 3, salt));
    EXPECT_FINISH(run);
    QCOMPARE(run.engine.metrics().preemptions, std::int64_t{0});
  }

  void theHeadOfTheQueueIsNotOvertaken() {
    EngineRun run(smallLimits(10));
    run.submit(fullRequest(20, 4, 1));
    QVERIFY(run.step());
    const RequestId large = run.submit(fullRequest(28, 4, 2));
    const RequestId small = run.submit(fullRequest(2, 4, 3));
    while (run[large].starts == 0) {
      QVERIFY2(run.step(), run.problem.c_str());
      QVERIFY(run[small].starts == 0 || run[large].starts == 1);
    }
    EXPECT_FINISH(run);
  }

  void aLostDeviceIsToldOnceToAllAndRefusesMore() {
    EngineRun run(smallLimits(20));
    const RequestId first = run.submit(fullRequest(3, 100, 1));
    QVERIFY(run.step());
    const RequestId second = run.submit(budgetRequest(30, 10, 12, 4, 2));
    run.runner.failsWith = Error{ErrorCode::Device, "the device is gone"};
    EXPECT_FINISH(run);
    for (const RequestId id : {first, second}) {
      QCOMPARE(run[id].finished->reason, FinishReason::Failed);
      QCOMPARE(run[id].finished->error.message, std::string("the device is gone"));
    }
    QVERIFY(!run.submit(fullRequest(3, 5)));
    QCOMPARE(run.refusal.code, ErrorCode::Device);
  }

  void aDeviceMayBeLostInACompression() {
    EngineRun run(smallLimits(20));
    const RequestId id = run.submit(budgetRequest(16, 10, 12, 4));
    QVERIFY(run.step());
    run.runner.failsWith = Error{ErrorCode::Device, "gone"};
    EXPECT_FINISH(run);
    QCOMPARE(run[id].finished->reason, FinishReason::Failed);
  }

  void theSnapshotShowsPagesAndSequences() {
    EngineRun run(smallLimits(20));
    Request request = budgetRequest(6, 40, 12, 4);
    request.owner = OwnerId{5};
    const RequestId id = run.submit(request);
    while (run[id].compressions == 0) QVERIFY(run.step());
    const auto snapshot = run.engine.snapshot();
    QCOMPARE(snapshot->pages.size(), std::size_t{20});
    QCOMPARE(snapshot->sequences.size(), std::size_t{1});
    QCOMPARE(snapshot->sequences[0].owner, OwnerId{5});
    QCOMPARE(snapshot->sequences[0].physicalTokens, 13);
    QCOMPARE(snapshot->sequences[0].logicalTokens, std::int64_t{17});
    QCOMPARE(snapshot->sequences[0].tokensEvicted, std::int64_t{4});
    QCOMPARE(snapshot->tokensLive, std::int64_t{13});
    QCOMPARE(snapshot->pagesHeld, 4);
    EXPECT_FINISH(run);
  }

  void theRateIsThatOfTheLastSecond() {
    EngineRun run(smallLimits(200));
    run.submit(fullRequest(4, 300));
    EXPECT_FINISH(run);  // one token each 10 ms
    QVERIFY(std::abs(run.engine.metrics().tokensPerSecond - 100.0) < 7.0);
    run.clock.advance(std::chrono::seconds(2));
    QCOMPARE(run.engine.metrics().tokensPerSecond, 0.0);
  }
};

QTEST_GUILESS_MAIN(TestEngine)
#include "tst_engine.moc"
