// What a draw is made of.
#include <QTest>

#include "engine/sample/sampling_plan.h"

using namespace zipage;

class TestSamplingPlan : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everySettingReachesTheRow() {
    const SamplingParams params{0.7F, 0.9F, 0.05F, 11, 1.2F, 99};
    std::vector<std::int32_t> history;
    const SamplingRow row = samplingRow(params, 5, {1, 2}, history);
    QCOMPARE(row.temperature, 0.7F);
    QCOMPARE(row.topP, 0.9F);
    QCOMPARE(row.minP, 0.05F);
    QCOMPARE(row.topK, 11);
    QCOMPARE(row.repetitionPenalty, 1.2F);
    QCOMPARE(row.seed, std::uint64_t{99});
    QCOMPARE(row.counter, std::uint64_t{5});
  }

  void onlyAPenaltyLooksBack() {
    std::vector<std::int32_t> history;
    QCOMPARE(samplingRow(SamplingParams{}, 0, {1, 2, 3}, history).historyCount, 0);
    QVERIFY(history.empty());
  }

  void eachRowHasItsOwnRangeOfTheHistory() {
    SamplingParams penalised;
    penalised.repetitionPenalty = 1.1F;
    std::vector<std::int32_t> history;
    samplingRow(penalised, 0, {1, 2, 3}, history);
    const SamplingRow second = samplingRow(penalised, 0, {7, 8}, history);
    QCOMPARE(history, (std::vector<std::int32_t>{1, 2, 3, 7, 8}));
    QCOMPARE(second.historyStart, 3);
    QCOMPARE(second.historyCount, 2);
  }

  void aPenaltyLooksAtTheLastTokensOnly() {
    SamplingParams penalised;
    penalised.repetitionPenalty = 1.1F;
    std::vector<TokenId> tokens(kPenaltyTokens + 10, 1);
    tokens.back() = 5;
    std::vector<std::int32_t> history = {3};
    const SamplingRow row = samplingRow(penalised, 0, tokens, history);
    QCOMPARE(row.historyStart, 1);
    QCOMPARE(row.historyCount, kPenaltyTokens);
    QCOMPARE(history.size(), std::size_t{kPenaltyTokens + 1});
    QCOMPARE(history.back(), 5);
  }
};

QTEST_GUILESS_MAIN(TestSamplingPlan)
#include "tst_sampling_plan.moc"
