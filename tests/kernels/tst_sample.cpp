#include <QtTest>

#include <map>
#include <set>

#include "kernels/uniform_draw.h"
#include "tests/kernels/kernel_test_support.h"

using namespace zipage;
using namespace zipage::test;

namespace {

constexpr float kHuge = std::numeric_limits<float>::infinity();

int sampleOne(const TestDevice& device, std::vector<float> logits, SamplingRow row,
              const std::vector<std::int32_t>& history = {}) {
  row.historyCount = static_cast<std::int32_t>(history.size());
  const std::vector<SamplingRow> rows = {row};
  std::vector<std::int32_t> tokens = {-1};
  device->sample(
      device.queue(),
      {.logits = matrix(logits, 1), .rows = rows.data(), .history = history.data(), .tokens = tokens.data()});
  return tokens.front();
}

/// How often each token came up in `draws` draws of one seed.
std::map<int, int> histogram(const TestDevice& device, const std::vector<float>& logits, SamplingRow row,
                             int draws) {
  std::map<int, int> counts;
  for (int i = 0; i < draws; ++i) {
    row.counter = static_cast<std::uint64_t>(i);
    ++counts[sampleOne(device, logits, row)];
  }
  return counts;
}

/// Every count within five standard deviations of draws · probability.
bool follows(const std::map<int, int>& counts, const std::vector<double>& probabilities, int draws) {
  for (const auto& [token, count] : counts) {
    if (token < 0 || token >= static_cast<int>(probabilities.size())) return false;
  }
  for (std::size_t token = 0; token < probabilities.size(); ++token) {
    const auto found = counts.find(static_cast<int>(token));
    const double count = found == counts.end() ? 0.0 : found->second;
    const double p = probabilities[token];
    if (std::abs(count - draws * p) > 5.0 * std::sqrt(draws * p * (1.0 - p))) return false;
  }
  return true;
}

/// What SamplingRow promises, in float64: which tokens may be drawn, in which order, and how far the draw
/// reaches.
class ExactDraw {
 public:
  ExactDraw(std::vector<float> logits, const SamplingRow& row, const std::vector<std::int32_t>& history)
      : m_logits(std::move(logits)) {
    for (const std::int32_t token : std::set<std::int32_t>(history.begin(), history.end())) {
      float& logit = m_logits[static_cast<std::size_t>(token)];
      logit = logit > 0.0F ? logit / row.repetitionPenalty : logit * row.repetitionPenalty;
    }
    m_order.resize(m_logits.size());
    std::iota(m_order.begin(), m_order.end(), 0);
    const float largest = *std::max_element(m_logits.begin(), m_logits.end());
    for (const float logit : m_logits)
      m_weights.push_back(std::exp((double{logit} - largest) / row.temperature));
    if (row.topK > 0 || row.topP < 1.0F)
      std::stable_sort(m_order.begin(), m_order.end(), [&](int a, int b) { return logitOf(a) > logitOf(b); });
    if (row.topK > 0 && row.topK < std::ssize(m_order)) m_order.resize(static_cast<std::size_t>(row.topK));
    if (row.topP < 1.0F) keepShare(row.topP);
    std::erase_if(m_order, [&](int token) { return weightOf(token) < row.minP; });
    m_total = total();
    m_mark = uniformDraw(row.seed, row.counter) * m_total;
  }

  /// Up to what sums of float32 weights may be wrong by.
  bool allows(int drawn) const {
    const double tolerance = 2e-5 * m_total;
    double before = 0.0;
    for (const int token : m_order) {
      const double after = before + weightOf(token);
      if (token == drawn) return before - tolerance <= m_mark && m_mark <= after + tolerance;
      before = after;
    }
    return false;
  }

 private:
  float logitOf(int token) const { return m_logits[static_cast<std::size_t>(token)]; }
  double weightOf(int token) const { return m_weights[static_cast<std::size_t>(token)]; }
  double total() const {
    return std::accumulate(m_order.begin(), m_order.end(), 0.0,
                           [&](double sum, int token) { return sum + weightOf(token); });
  }
  void keepShare(double share) {
    const double wanted = share * total();
    double taken = 0.0;
    std::size_t kept = 0;
    while (kept < m_order.size() && (kept == 0 || taken < wanted)) taken += weightOf(m_order[kept++]);
    m_order.resize(kept);
  }

  std::vector<float> m_logits;
  std::vector<double> m_weights;
  std::vector<int> m_order;
  double m_total = 0.0;
  double m_mark = 0.0;
};

/// [rows, 1 + numBest] for tokens that were drawn.
std::vector<TokenProbability> rank(const TestDevice& device, std::vector<float> logits,
                                   const std::vector<std::int32_t>& drawn, int numBest) {
  std::vector<TokenProbability> ranked(drawn.size() * static_cast<std::size_t>(1 + numBest), {-7, kNaN});
  device->rankTokens(device.queue(), {.logits = matrix(logits, static_cast<std::int64_t>(drawn.size())),
                                      .tokens = drawn.data(),
                                      .numBest = numBest,
                                      .ranked = ranked.data()});
  return ranked;
}

const std::vector<float> kLogits = {1.0F, -0.5F, 2.0F, 0.0F, 1.5F, -3.0F, 2.0F};
constexpr int kDraws = 20000;

std::vector<double> probabilitiesAt(double temperature, const std::vector<int>& allowed) {
  std::vector<double> scaled(kLogits.size(), -kInfinity);
  for (const int token : allowed)
    scaled[static_cast<std::size_t>(token)] = kLogits[static_cast<std::size_t>(token)] / temperature;
  return softmax(scaled);
}

}  // namespace

class TestSample : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void withoutTemperatureTheLargestLogitWins() {
    const TestDevice device;
    QCOMPARE(sampleOne(device, {0.0F, 3.0F, -1.0F}, {}), 1);
    QCOMPARE(sampleOne(device, {5.0F}, {}), 0);
    Random random(1);
    for (const int vocabulary : {31, 33, 257, 1000}) {
      const auto logits = random.normals(static_cast<std::size_t>(vocabulary));
      const auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
      QCOMPARE(sampleOne(device, logits, {}), static_cast<int>(best));
    }
  }

  void tiesGoToTheSmallerId() {
    const TestDevice device;
    QCOMPARE(sampleOne(device, {0.0F, 2.0F, 2.0F, 2.0F}, {}), 1);
    SamplingRow onlyOne;
    onlyOne.temperature = 1.0F;
    onlyOne.topK = 1;
    for (std::uint64_t counter = 0; counter < 50; ++counter) {
      onlyOne.counter = counter;
      QCOMPARE(sampleOne(device, {0.0F, 2.0F, 2.0F, 2.0F}, onlyOne), 1);
    }
  }

  void drawsFollowTheTemperature() {
    const TestDevice device;
    for (const float temperature : {0.5F, 1.0F, 3.0F}) {
      SamplingRow row;
      row.temperature = temperature;
      row.seed = 42;
      QVERIFY(follows(histogram(device, kLogits, row, kDraws),
                      probabilitiesAt(temperature, {0, 1, 2, 3, 4, 5, 6}), kDraws));
    }
  }

  void topKDrawsFromTheBestOnly() {
    const TestDevice device;
    SamplingRow row;
    row.temperature = 1.0F;
    row.topK = 3;
    QVERIFY(follows(histogram(device, kLogits, row, kDraws), probabilitiesAt(1.0, {2, 6, 4}), kDraws));
    row.topK = 2;
    QVERIFY(follows(histogram(device, kLogits, row, kDraws), probabilitiesAt(1.0, {2, 6}), kDraws));
    row.topK = 100;  // more than there are
    QVERIFY(follows(histogram(device, kLogits, row, kDraws), probabilitiesAt(1.0, {0, 1, 2, 3, 4, 5, 6}),
                    kDraws));
  }

  void topPKeepsTheFewestThatReachIt() {
    const TestDevice device;
    SamplingRow row;
    row.temperature = 1.0F;
    row.topP = 0.7F;  // the two at 2.0 have 0.63 of the mass, so the third is needed
    QVERIFY(follows(histogram(device, kLogits, row, kDraws), probabilitiesAt(1.0, {2, 6, 4}), kDraws));
    row.topP = 0.0F;  // never none
    QVERIFY(follows(histogram(device, kLogits, row, 200), probabilitiesAt(1.0, {2}), 200));
  }

  void topPCountsWhatTopKLeft() {
    const TestDevice device;
    SamplingRow row;
    row.temperature = 1.0F;
    row.topK = 3;
    row.topP = 0.75F;  // of {2, 6, 4} the first two have 0.77
    QVERIFY(follows(histogram(device, kLogits, row, kDraws), probabilitiesAt(1.0, {2, 6}), kDraws));
  }

  void minPIsRelativeToTheBest() {
    const TestDevice device;
    SamplingRow row;
    row.temperature = 1.0F;
    row.minP = 0.3F;  // exp(1.5 − 2) = 0.61 and exp(1 − 2) = 0.37 stay, exp(−2) goes
    QVERIFY(follows(histogram(device, kLogits, row, kDraws), probabilitiesAt(1.0, {0, 2, 4, 6}), kDraws));
    row.minP = 1.0F;
    QVERIFY(follows(histogram(device, kLogits, row, kDraws), probabilitiesAt(1.0, {2, 6}), kDraws));
  }

  void largeVocabularyFollowsTopP() {
    const TestDevice device;
    std::vector<float> logits(5000, 0.0F);
    logits[4321] = std::log(5000.0F);  // about half of the mass
    SamplingRow row;
    row.temperature = 1.0F;
    row.topP = 0.45F;
    for (int i = 0; i < 50; ++i) {
      row.counter = static_cast<std::uint64_t>(i);
      QCOMPARE(sampleOne(device, logits, row), 4321);
    }
    row.topP = 1.0F;
    int hits = 0;
    for (int i = 0; i < 2000; ++i) {
      row.counter = static_cast<std::uint64_t>(i);
      hits += sampleOne(device, logits, row) == 4321 ? 1 : 0;
    }
    QVERIFY(std::abs(hits - 1000) < 120);
  }

  void everyDrawIsTheOneThatItsSettingsPromise_data() {
    QTest::addColumn<int>("vocabulary");
    QTest::addColumn<float>("spread");
    for (const int vocabulary : {5, 700, 2048, 2049, 30011}) {
      for (const float spread : {0.0F, 0.001F, 1.0F, 8.0F})
        QTest::addRow("%d tokens, logits spread by %g", vocabulary, double{spread}) << vocabulary << spread;
    }
  }
  void everyDrawIsTheOneThatItsSettingsPromise() {
    QFETCH(int, vocabulary);
    QFETCH(float, spread);
    const TestDevice device;
    Random random(11);
    std::vector<float> logits = random.normals(static_cast<std::size_t>(vocabulary));
    for (float& logit : logits) logit = std::round(logit * 64.0F) / 64.0F * spread;  // some are equal
    struct Filters {
      int topK;
      float topP, minP, penalty;
    };
    const Filters all[] = {{0, 1.0F, 0.0F, 1.0F},   {0, 1.0F, 0.2F, 1.0F},     {0, 0.95F, 0.0F, 1.0F},
                           {0, 0.3F, 0.0F, 1.1F},   {0, 0.9F, 0.05F, 1.0F},    {4, 1.0F, 0.0F, 1.0F},
                           {20, 0.95F, 0.0F, 1.0F}, {3000, 0.8F, 0.01F, 1.3F}, {2500, 0.9999F, 0.0F, 1.0F}};
    for (const Filters& filters : all) {
      for (const float temperature : {0.6F, 1.0F}) {
        for (std::uint64_t counter = 0; counter < 4; ++counter) {
          SamplingRow row{.temperature = temperature,
                          .topP = filters.topP,
                          .minP = filters.minP,
                          .repetitionPenalty = filters.penalty,
                          .topK = filters.topK,
                          .seed = 3,
                          .counter = counter};
          const std::vector<std::int32_t> history = {0, vocabulary - 1, vocabulary / 2, 0};
          const int drawn = sampleOne(device, logits, row, history);
          const std::string told = "top-k " + std::to_string(filters.topK) + ", top-p " +
                                   std::to_string(filters.topP) + ": " + std::to_string(drawn);
          QVERIFY2(ExactDraw(logits, row, history).allows(drawn), told.c_str());
        }
      }
    }
  }

  void repetitionPenaltyCountsEachTokenOnce() {
    const TestDevice device;
    SamplingRow row;
    row.repetitionPenalty = 2.0F;
    QCOMPARE(sampleOne(device, {4.0F, 2.5F, 0.0F}, row, {0}), 1);        // 4 / 2 < 2.5
    QCOMPARE(sampleOne(device, {4.0F, 1.5F, 0.0F}, row, {0, 0, 0}), 0);  // once, not three times
    QCOMPARE(sampleOne(device, {-1.0F, -1.5F, -4.0F}, row, {0}), 1);     // −1 · 2 < −1.5
    row.repetitionPenalty = 0.5F;
    QCOMPARE(sampleOne(device, {1.0F, 0.7F, -9.0F}, row, {1}), 1);  // below 1 it encourages
  }

  void rowsHaveTheirOwnHistoryAndSettings() {
    const TestDevice device;
    std::vector<float> logits = {4.0F, 3.0F, 0.0F, 4.0F, 3.0F, 0.0F, 4.0F, 3.0F, 0.0F};
    std::vector<SamplingRow> rows(3);
    rows[0].repetitionPenalty = 2.0F;
    rows[0].historyStart = 2;
    rows[0].historyCount = 1;
    rows[1].repetitionPenalty = 2.0F;
    rows[1].historyStart = 0;
    rows[1].historyCount = 2;
    const std::vector<std::int32_t> history = {2, 1, 0};
    std::vector<std::int32_t> tokens(3, -1);
    device->sample(device.queue(), {.logits = matrix(logits, 3),
                                    .rows = rows.data(),
                                    .history = history.data(),
                                    .tokens = tokens.data()});
    QCOMPARE(tokens, (std::vector<std::int32_t>{1, 0, 0}));
  }

  // Transcripts that somebody keeps, and chats that go on after an upgrade, rest on it.
  void numbersOfASeedStayWhatTheyAre() {
    QCOMPARE(uniformDraw(0, 0), 0.27623358227789463);
    QCOMPARE(uniformDraw(7, 3), 0.16066469822191143);
    QCOMPARE(uniformDraw(~std::uint64_t{0}, 1), 0.6492757024900163);
    for (std::uint64_t counter = 0; counter < 1000; ++counter) {
      const double drawn = uniformDraw(42, counter);
      QVERIFY(drawn >= 0.0 && drawn < 1.0);
    }
  }

  void drawIsAFunctionOfSeedAndCounter() {
    const TestDevice device;
    const std::vector<float> flat(1000, 0.0F);
    SamplingRow row;
    row.temperature = 1.0F;
    row.seed = 7;
    row.counter = 3;
    const int token = sampleOne(device, flat, row);
    const TestDevice other(2);
    QCOMPARE(sampleOne(other, flat, row), token);
    int same = 0;
    for (std::uint64_t step = 1; step <= 20; ++step) {
      SamplingRow next = row;
      next.counter += step;
      SamplingRow seeded = row;
      seeded.seed += step;
      same += (sampleOne(device, flat, next) == token) + (sampleOne(device, flat, seeded) == token);
    }
    QVERIFY(same <= 2);
  }

  void brokenLogitsGiveATokenThatExists_data() {
    QTest::addColumn<std::vector<float>>("logits");
    QTest::addColumn<int>("expected");  // −1: any
    QTest::newRow("all NaN") << std::vector<float>(40, kNaN) << -1;
    QTest::newRow("all minus infinity") << std::vector<float>(40, -kHuge) << -1;
    QTest::newRow("all infinity") << std::vector<float>(40, kHuge) << -1;
    QTest::newRow("one number among NaN") << std::vector<float>{kNaN, kNaN, 1.0F, kNaN} << 2;
    QTest::newRow("one number among minus infinity") << std::vector<float>{-kHuge, -7.0F, -kHuge} << 1;
    QTest::newRow("one infinity") << std::vector<float>{0.0F, 1.0F, kHuge, 2.0F} << 2;
  }
  void brokenLogitsGiveATokenThatExists() {
    QFETCH(std::vector<float>, logits);
    QFETCH(int, expected);
    const TestDevice device;
    for (int form = 0; form < 5; ++form) {
      SamplingRow row;
      row.temperature = form == 0 ? 0.0F : form == 1 ? 1e-30F : 1.0F;
      if (form == 3) row.topK = 2;
      if (form == 4) row.topP = 0.5F, row.minP = 0.1F;
      row.repetitionPenalty = 1.3F;
      const int token = sampleOne(device, logits, row, {0, 1});
      QVERIFY(token >= 0 && token < static_cast<int>(logits.size()));
      if (expected >= 0) QCOMPARE(token, expected);
    }
  }

  void tokensAreRankedByTheirProbabilities_data() {
    QTest::addColumn<int>("vocabulary");
    QTest::addColumn<int>("numBest");
    QTest::newRow("one token") << 1 << 1;
    QTest::newRow("the drawn one only") << 257 << 0;
    QTest::newRow("fewer tokens than asked for") << 3 << 5;
    QTest::newRow("odd") << 1031 << 7;
    QTest::newRow("large") << 40961 << kMostRankedTokens;
  }
  void tokensAreRankedByTheirProbabilities() {
    QFETCH(int, vocabulary);
    QFETCH(int, numBest);
    const TestDevice device;
    Random random(5);
    const int rows = 3;
    std::vector<float> logits = random.normals(static_cast<std::size_t>(rows * vocabulary));
    for (float& logit : logits) logit = std::round(logit * 8.0F) / 2.0F;  // many are equal
    std::vector<std::int32_t> drawn;
    for (int r = 0; r < rows; ++r) drawn.push_back(random.below(vocabulary));
    const auto ranked = rank(device, logits, drawn, numBest);
    for (int r = 0; r < rows; ++r) {
      const auto first = logits.begin() + r * vocabulary;
      const Row probabilities = softmax(Row(first, first + vocabulary));
      std::vector<std::int32_t> order(static_cast<std::size_t>(vocabulary));
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return first[a] > first[b]; });
      const auto* row = ranked.data() + r * (1 + numBest);
      const auto expect = [&](const TokenProbability& found, std::int32_t token) {
        const double wanted = std::log(probabilities[static_cast<std::size_t>(token)]);
        return found.token == token && std::abs(found.logProbability - wanted) < 1e-4;
      };
      QVERIFY(expect(row[0], drawn[static_cast<std::size_t>(r)]));
      for (int i = 0; i < numBest; ++i) {
        if (i < vocabulary)
          QVERIFY(expect(row[1 + i], order[static_cast<std::size_t>(i)]));
        else
          QCOMPARE(row[1 + i].token, -1);
      }
    }
  }

  void brokenLogitsAreRankedLast() {
    const TestDevice device;
    const auto ranked = rank(device, {kNaN, 1.0F, -kHuge, 1.0F}, {0}, 3);
    QVERIFY(ranked[0].token == 0 && ranked[0].logProbability < -1e30F);
    QCOMPARE(ranked[1].token, 1);
    QCOMPARE(ranked[2].token, 3);
    QCOMPARE(ranked[3].token, 0);  // as little as minus infinity, and before it
    QVERIFY(std::abs(ranked[1].logProbability + std::log(2.0F)) < 1e-5F);
    QVERIFY(!std::isnan(ranked[3].logProbability));
  }
};

QTEST_GUILESS_MAIN(TestSample)
#include "tst_sample.moc"
