// When sequences are compressed, and into which pages. Pages are 4 tokens, the window 2.
#include <QTest>
#include <numeric>

#include "tests/support/engine_run.h"

using namespace zipage;
using namespace zipage::test;

#define EXPECT_FINISH(run) QVERIFY2((run).finish(), (run).problem.c_str())

namespace {

Request wholePromptRequest(int promptTokens, int newTokens) {
  Request request = budgetRequest(promptTokens, newTokens, 12, 8);
  request.compression.wholePrompt = true;
  return request;
}

}  // namespace

class TestEngineCompression : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aPromptMayBeReadWholeBeforeTheFirstCompression() {
    EngineRun run(smallLimits(40));
    const RequestId id = run.submit(wholePromptRequest(90, 10));
    EXPECT_FINISH(run);
    const auto compressed = run.allOf<SequenceCompressed>();
    QCOMPARE(compressed[0].entriesBefore, 90);
    QCOMPARE(compressed[0].entriesAfter, 12);
    QCOMPARE(compressed[0].pagesReclaimed, 23 - 3);
    QCOMPARE(compressed[1].entriesBefore, 20);
    QCOMPARE(run[id].finished->peakPages, 23);
  }

  void aPromptLargerThanThePoolIsReadCapacityByCapacity() {
    EngineRun run(smallLimits(20));  // 80 tokens
    const RequestId fits = run.submit(wholePromptRequest(80, 10));
    EXPECT_FINISH(run);
    QCOMPARE(run[fits].finished->peakPages, 20);
    const RequestId longer = run.submit(wholePromptRequest(81, 10));
    EXPECT_FINISH(run);
    QCOMPARE(run[longer].finished->peakPages, 5);
    QCOMPARE(run[longer].tokens, aloneWithAmpleRoom(budgetRequest(81, 10, 12, 8)));
  }

  void aPromptLongerThanACompressionSeesIsReadCapacityByCapacity() {
    EngineLimits limits = smallLimits(40);
    limits.maxCompressedEntries = 60;
    EngineRun run(limits);
    const RequestId id = run.submit(wholePromptRequest(61, 10));
    EXPECT_FINISH(run);
    QCOMPARE(run[id].finished->peakPages, 5);
  }

  void whatIsReadWholeDoesNotDependOnTheOthers() {
    const Request asked = wholePromptRequest(90, 30);
    EngineRun alone(smallLimits(30)), crowd(smallLimits(30));
    const RequestId id = alone.submit(asked);
    EXPECT_FINISH(alone);
    for (int salt = 2; salt <= 4; ++salt) crowd.submit(fullRequest(10, 60, salt));
    const RequestId same = crowd.submit(asked);
    EXPECT_FINISH(crowd);
    QCOMPARE(crowd[same].tokens, alone[id].tokens);
    QCOMPARE(crowd[same].compressions, alone[id].compressions);
  }

  void somebodyMayCompressBeforeItIsDue_data() {
    QTest::addColumn<int>("policy");
    QTest::addColumn<bool>("beside");
    for (const bool beside : {false, true}) {
      QTest::addRow("budget%s", beside ? ", beside" : "") << static_cast<int>(MemoryPolicy::Budget) << beside;
      QTest::addRow("auto%s", beside ? ", beside" : "") << static_cast<int>(MemoryPolicy::Auto) << beside;
      QTest::addRow("grow%s", beside ? ", beside" : "") << static_cast<int>(MemoryPolicy::Grow) << beside;
    }
  }

  void somebodyMayCompressBeforeItIsDue() {
    QFETCH(int, policy);
    QFETCH(bool, beside);
    EngineLimits limits = smallLimits(60);
    limits.compressesBeside = beside;
    EngineRun run(limits);
    Request asked = budgetRequest(6, 60, 12, 40);
    asked.policy = static_cast<MemoryPolicy>(policy);
    const RequestId id = run.submit(asked);
    while (run[id].tokens.size() < 20) QVERIFY2(run.step(), run.problem.c_str());
    QCOMPARE(run[id].compressions, 0);
    run.engine.compressNow(id);
    while (run[id].compressions == 0) QVERIFY2(run.step(), run.problem.c_str());
    const auto compressed = run.allOf<SequenceCompressed>();
    QCOMPARE(compressed[0].entriesBefore, 25);
    QCOMPARE(compressed[0].entriesAfter, 12);
    EXPECT_FINISH(run);
    QCOMPARE(run[id].tokens.size(), std::size_t{60});
  }

  void askingWhereNothingCanBeForgottenChangesNothing() {
    EngineRun run(smallLimits(60));
    const Request whole = fullRequest(6, 40, 1), small = budgetRequest(6, 60, 32, 8, 2);
    const RequestId full = run.submit(whole), bounded = run.submit(small);
    while (run[full].tokens.size() < 20) QVERIFY2(run.step(), run.problem.c_str());
    for (const RequestId id : {full, bounded, RequestId{999}}) run.engine.compressNow(id);  // 25 of 32 held
    EXPECT_FINISH(run);
    QCOMPARE(run[full].tokens, aloneWithAmpleRoom(whole));
    QCOMPARE(run[bounded].tokens, aloneWithAmpleRoom(small));
    QCOMPARE(run[bounded].compressions, 4);
  }

  void whatIsPinnedStaysUntilItIsLetGoOf() {
    EngineRun run(smallLimits(40));
    const RequestId id = run.submit(budgetRequest(10, 120, 16, 8));
    run.engine.watch(id, true);
    const std::vector<std::int32_t> pinned = {3, 4, 12};
    QVERIFY(run.engine.pin(id, {12, 4, 3, 4}));
    const auto holdsAll = [&] {
      const auto held = run.engine.snapshot()->sequences.at(0).record->positions;
      return std::includes(held.begin(), held.end(), pinned.begin(), pinned.end());
    };
    while (run[id].compressions < 6) QVERIFY2(run.step(), run.problem.c_str());
    QVERIFY(holdsAll());
    QVERIFY(run.engine.pin(id, {}));
    while (run[id].compressions < 12) QVERIFY2(run.step(), run.problem.c_str());
    QVERIFY(!holdsAll());
    EXPECT_FINISH(run);
  }

  void pinsThatLeaveNoChoiceAreRefused() {
    EngineRun run(smallLimits(40));
    const RequestId id = run.submit(budgetRequest(10, 60, 16, 8)), whole = run.submit(fullRequest(10, 60));
    std::vector<std::int32_t> tokens(8);
    std::iota(tokens.begin(), tokens.end(), 0);
    QVERIFY(run.engine.pin(id, tokens));  // with the newest 4 and a page of 4 that makes 16
    tokens.push_back(8);
    const auto refused = run.engine.pin(id, tokens);
    QVERIFY(!refused);
    QVERIFY2(refused.error().message.find("17") != std::string::npos, refused.error().message.c_str());
    QVERIFY(run.engine.pin(whole, tokens));
    QCOMPARE(run.engine.pin(id, {-1}).error().code, ErrorCode::InvalidArgument);
    QCOMPARE(run.engine.pin(RequestId{99}, {1}).error().code, ErrorCode::NotFound);
    EXPECT_FINISH(run);
  }

  // The published code asserts that at most the leading pages of a table are shared.
  void allPagesMayBeShared() {
    EngineRun run(smallLimits(60));
    const Request branch = budgetRequest(16, 30, 12, 8);
    const RequestId forgets = run.submit(branch);
    while (run[forgets].tokens.size() < 5) QVERIFY2(run.step(), run.problem.c_str());
    // All 20 entries are taken and a token waits: who goes on with this text takes all five pages along.
    Request longer = fullRequest(16, 20);
    const auto& said = run[forgets].tokens;
    longer.prompt.insert(longer.prompt.end(), said.begin(), said.end());
    for (int i = 0; i < 6; ++i) longer.prompt.push_back(i);
    const RequestId keeps = run.submit(longer);
    bool wasAllShared = false;
    run.runner.beforeCompression = [&](const CompressionPlan& plan) { wasAllShared = run.isAllShared(plan); };
    while (run[forgets].compressions == 0) QVERIFY2(run.step(), run.problem.c_str());
    run.runner.beforeCompression = {};
    QVERIFY(wasAllShared);
    QCOMPARE(run.allOf<SequenceCompressed>()[0].pagesReclaimed, 0);
    EXPECT_FINISH(run);
    QCOMPARE(run[keeps].finished->cachedTokens, 20);
    QCOMPARE(run[forgets].tokens, aloneWithAmpleRoom(branch));
    QCOMPARE(run[keeps].tokens, aloneWithAmpleRoom(longer));
  }

  void scoresAreRecordedOfEverybodyWhereThatIsWanted() {
    for (const bool records : {false, true}) {
      EngineLimits limits = smallLimits(20);
      limits.recordsScores = records;
      EngineRun run(limits);
      Request asked = budgetRequest(6, 30, 16, 8);
      asked.compression.sinkTokens = 2;
      const RequestId id = run.submit(asked);
      while (run[id].compressions == 0) QVERIFY2(run.step(), run.problem.c_str());
      run.engine.watch(id, true);
      const auto record = run.engine.snapshot()->sequences.at(0).record;
      QVERIFY(record && record->lastCompression);
      QCOMPARE(record->lastCompression->isWhole, records);
      if (records) {
        std::vector<KeepReason> expected(24, KeepReason::Score);
        std::fill_n(expected.begin(), 2, KeepReason::Sink);
        std::fill_n(expected.rbegin(), 4, KeepReason::Recent);  // a quarter of the budget
        QCOMPARE(record->lastCompression->reasons, expected);
      }
      EXPECT_FINISH(run);
    }
  }
};

QTEST_GUILESS_MAIN(TestEngineCompression)
#include "tst_engine_compression.moc"
