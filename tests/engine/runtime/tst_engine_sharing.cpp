// Pages that several requests read: equal beginnings, the turns of a conversation, samples of one prompt.
#include <QTest>

#include "tests/support/engine_run.h"

using namespace zipage;
using namespace zipage::test;

#define EXPECT_FINISH(run) QVERIFY2((run).finish(), (run).problem.c_str())

class TestEngineSharing : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void anEqualBeginningIsReadOnce() {
    EngineRun run(smallLimits(60));
    const Request asked = fullRequest(30, 10);
    const RequestId first = run.submit(asked);
    EXPECT_FINISH(run);
    const RequestId second = run.submit(asked);
    EXPECT_FINISH(run);
    QCOMPARE(run[first].finished->cachedTokens, 0);
    QCOMPARE(run[first].finished->computedTokens, 30);
    QCOMPARE(run[second].finished->cachedTokens, 28);  // whole pages short of the window of 2
    QCOMPARE(run[second].finished->computedTokens, 2);
    QCOMPARE(run[second].tokens, run[first].tokens);
    QCOMPARE(run.engine.metrics().promptTokens, std::int64_t{32});
    QCOMPARE(run.engine.metrics().cachedTokens, std::int64_t{28});
  }

  void aConversationGoesOnWhereItStopped() {
    EngineRun run(smallLimits(60));
    Request asked = fullRequest(10, 20);
    const RequestId first = run.submit(asked);
    EXPECT_FINISH(run);
    asked.prompt.insert(asked.prompt.end(), run[first].tokens.begin(), run[first].tokens.end());
    for (int i = 0; i < 6; ++i) asked.prompt.push_back(i);
    const RequestId second = run.submit(asked);
    EXPECT_FINISH(run);
    QCOMPARE(run[second].finished->cachedTokens, 28);  // 29 tokens of the first have been through the model
    QCOMPARE(run[second].tokens, aloneWithAmpleRoom(asked));
  }

  void samplesShareThePagesOfTheirPrompt() {
    EngineRun run(smallLimits(60));
    Request asked = fullRequest(42, 12);
    const std::vector<RequestId> ids = run.submitSamples(asked, 4);
    QCOMPARE(ids.size(), std::size_t{4});
    EXPECT_FINISH(run);
    QCOMPARE(run.engine.metrics().promptTokens, std::int64_t{42 + 3 * 2});
    // Ten shared pages, and four for each sample's own 2 + 11 entries.
    QVERIFY(run.engine.metrics().peakPages <= 10 + 4 * 4);
    for (const RequestId id : ids) {
      QCOMPARE(run[id].tokens, aloneWithAmpleRoom(asked));
      ++asked.sampling.seed;
    }
    QVERIFY(run[ids[0]].tokens != run[ids[1]].tokens);
    QVERIFY(run.submitSamples(asked, 0).empty());
  }

  void aSharedPageOutlivesTheCompressionOfOneThatReadsIt() {
    EngineRun run(smallLimits(60));
    const Request trunk = fullRequest(16, 60), branch = budgetRequest(16, 60, 12, 8);
    const RequestId keeps = run.submit(trunk);
    QVERIFY(run.step());
    const RequestId forgets = run.submit(branch);
    EXPECT_FINISH(run);
    QCOMPARE(run[forgets].finished->cachedTokens, 12);
    QVERIFY(run[forgets].compressions > 0);
    QCOMPARE(run[keeps].tokens, aloneWithAmpleRoom(trunk));
    QCOMPARE(run[forgets].tokens, aloneWithAmpleRoom(branch));
  }

  void whatIsFoundIsNotTakenFromThoseWhoCountOnIt() {
    EngineRun run(smallLimits(12));
    Request longer = fullRequest(40, 1, 1);
    run.submit(longer);
    EXPECT_FINISH(run);
    // Ten pages are free and named. The next one takes four of the twelve in a step and counts on two more.
    const RequestId counts = run.submit(fullRequest(24, 10, 2));
    QVERIFY2(run.step(), run.problem.c_str());
    // More text than the pool can hold: `auto` reserves four pages, and would find eight.
    for (int i = 0; i < 20; ++i) longer.prompt.push_back(i);
    longer.policy = MemoryPolicy::Auto;
    longer.compression.budgetTokens = 12;
    longer.compression.periodTokens = 4;
    const RequestId finds = run.submit(longer);
    EXPECT_FINISH(run);
    QCOMPARE(run[counts].tokens, aloneWithAmpleRoom(fullRequest(24, 10, 2)));
    QCOMPARE(run[finds].finished->reason, FinishReason::Length);
  }

  void withoutSharingNothingIsFound() {
    EngineLimits limits = smallLimits(60);
    limits.sharesPrefixes = false;
    EngineRun run(limits);
    run.submit(fullRequest(30, 4));
    EXPECT_FINISH(run);
    run.submit(fullRequest(30, 4));
    EXPECT_FINISH(run);
    QCOMPARE(run.engine.metrics().promptTokens, std::int64_t{60});
  }
};

QTEST_GUILESS_MAIN(TestEngineSharing)
#include "tst_engine_sharing.moc"
