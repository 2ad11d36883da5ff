// Many requests, little room: how much a budget serves at once, and that nothing a client asks for harms
// another.
#include <QTest>

#include "tests/support/engine_run.h"

using namespace zipage;
using namespace zipage::test;

namespace {

constexpr int kRequests = 24, kPromptTokens = 8, kNewTokens = 240;

/// Room for four whole sequences.
EngineLimits roomForFour() {
  EngineLimits limits = smallLimits(4 * (kPromptTokens + kNewTokens) / 4);
  limits.numQuerySlots = limits.maxSequences = limits.maxBatchTokens = 32;
  limits.watermark = 0.02;
  return limits;
}

/// Steps until all of them are served; 0: one was lost, or something went wrong.
int stepsToServe(Request (*make)(int salt)) {
  EngineRun run(roomForFour());
  for (int salt = 1; salt <= kRequests; ++salt) run.submit(make(salt));
  if (!run.finish()) return 0;
  for (const auto& [id, served] : run.served) {
    if (served.finished->reason != FinishReason::Length || served.tokens.size() != kNewTokens) return 0;
  }
  return run.served.size() == kRequests ? run.runner.numSteps : 0;
}

}  // namespace

class TestEngineLoad : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aBudgetServesTheSameInHalfTheStepsAtMost() {
    const int full = stepsToServe([](int salt) { return fullRequest(kPromptTokens, kNewTokens, salt); });
    const int budget =
        stepsToServe([](int salt) { return budgetRequest(kPromptTokens, kNewTokens, 32, 8, salt); });
    QVERIFY(full > 0);
    QVERIFY(budget > 0);
    QVERIFY2(2 * budget <= full, qPrintable(QString("%1 of %2 steps").arg(budget).arg(full)));
  }

  void autoServesEverybodyToo() {
    QVERIFY(stepsToServe([](int salt) {
              Request request = budgetRequest(kPromptTokens, kNewTokens, 32, 8, salt);
              request.policy = MemoryPolicy::Auto;
              return request;
            }) > 0);
  }

  void whatCannotBeServedIsRefusedAndHarmsNobody_data() {
    QTest::addColumn<int>("budget");
    QTest::addColumn<int>("period");
    QTest::addColumn<int>("promptTokens");
    QTest::addColumn<int>("sinks");
    QTest::addColumn<bool>("isFull");
    QTest::newRow("budget is no multiple") << 13 << 4 << 5 << 0 << false;
    QTest::newRow("period is no multiple") << 12 << 5 << 5 << 0 << false;
    QTest::newRow("budget of nothing") << 0 << 4 << 5 << 0 << false;
    QTest::newRow("budget larger than the pool") << 400 << 4 << 5 << 0 << false;
    QTest::newRow("budget larger than any number") << 2147483644 << 4 << 5 << 0 << false;
    QTest::newRow("budget smaller than window and page") << 4 << 4 << 5 << 0 << false;
    QTest::newRow("budget smaller than window and sinks") << 12 << 4 << 5 << 11 << false;
    QTest::newRow("prompt larger than the pool") << 12 << 4 << 100 << 0 << true;
    QTest::newRow("no prompt") << 12 << 4 << 0 << 0 << false;
  }

  void whatCannotBeServedIsRefusedAndHarmsNobody() {
    QFETCH(int, budget);
    QFETCH(int, period);
    QFETCH(int, promptTokens);
    QFETCH(int, sinks);
    QFETCH(bool, isFull);
    EngineRun run(smallLimits(20));
    const RequestId other = run.submit(fullRequest(5, 20));
    QVERIFY(run.step());
    Request asked = budgetRequest(promptTokens, 500, budget, period);
    asked.compression.sinkTokens = sinks;
    std::vector<MemoryPolicy> policies = {MemoryPolicy::Budget, MemoryPolicy::Auto, MemoryPolicy::Grow};
    if (isFull) policies = {MemoryPolicy::Full};
    for (const MemoryPolicy policy : policies) {
      asked.policy = policy;
      QVERIFY(!run.submit(asked));
      QVERIFY(!run.refusal.message.empty());
    }
    QVERIFY2(run.finish(), run.problem.c_str());
    QCOMPARE(run[other].finished->reason, FinishReason::Length);
  }

  void aPoolOfOnePageServesWhatFitsAndRefusesTheRest() {
    EngineRun run(smallLimits(1));
    const RequestId fits = run.submit(fullRequest(2, 3));
    QVERIFY(!run.submit(budgetRequest(2, 100, 12, 4)));
    QCOMPARE(run.refusal.code, ErrorCode::PoolTooSmall);
    QVERIFY(!run.submit(fullRequest(5, 3)));
    const RequestId outgrows = run.submit(fullRequest(2, 30, 2));
    QVERIFY2(run.finish(), run.problem.c_str());
    QCOMPARE(run[fits].finished->reason, FinishReason::Length);
    QCOMPARE(run[outgrows].finished->reason, FinishReason::PoolExhausted);
  }
};

QTEST_GUILESS_MAIN(TestEngineLoad)
#include "tst_engine_load.moc"
