// The loads of `bench serve`: lengths and times are what was asked for, and the same for the same seed.
#include <QTest>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/cli/bench/serve_load.h"

using namespace zipage;

class TestServeLoad : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void repliesAreLogNormal() {
    ServeLoadOptions options;
    options.requests = 20000;
    options.meanOutput = 1000.0;
    options.maxOutput = 1 << 30;
    options.sigma = 0.6;
    std::vector<double> logs;
    double sum = 0.0;
    for (const ServeRequest& request : makeServeLoad(options)) {
      logs.push_back(std::log(request.outputTokens));
      sum += request.outputTokens;
    }
    const double mean = sum / options.requests;
    QVERIFY2(std::abs(mean - 1000.0) < 20.0, qPrintable(QString::number(mean)));
    const double center = std::accumulate(logs.begin(), logs.end(), 0.0) / options.requests;
    double variance = 0.0;
    for (const double log : logs) variance += (log - center) * (log - center) / options.requests;
    QVERIFY2(std::abs(std::sqrt(variance) - 0.6) < 0.02, qPrintable(QString::number(variance)));
  }

  void nothingIsLongerThanAllowedOrEmpty() {
    ServeLoadOptions options;
    options.requests = 2000;
    options.meanPrompt = 3;
    options.meanOutput = 2.0;
    options.maxOutput = 5;
    options.sigma = 2.0;
    const auto load = makeServeLoad(options);
    for (const ServeRequest& request : load) {
      QVERIFY(request.outputTokens >= 1 && request.outputTokens <= 5);
      QVERIFY(request.promptTokens >= 1 && request.promptTokens <= 4);
    }
    const ServeLoadFigures figures = figuresOf(load, options.maxOutput);
    QCOMPARE(figures.longestOutput, 5);
    QVERIFY(figures.numCut > 0 && figures.numCut < 2000);
    QVERIFY(figures.longest <= 9 && figures.longest > 5);
  }

  void arrivalsComeAtTheirRateOrAllAtOnce() {
    ServeLoadOptions options;
    options.requests = 10000;
    for (const ServeRequest& request : makeServeLoad(options)) QCOMPARE(request.arrival, Duration::zero());
    options.rate = 50.0;
    const auto load = makeServeLoad(options);
    QVERIFY(std::ranges::is_sorted(load, {}, &ServeRequest::arrival));
    QVERIFY(std::abs(inSeconds(load.back().arrival) - 200.0) < 10.0);
    // Gaps of a Poisson process are as wide as their mean.
    double squares = 0.0;
    for (std::size_t i = 1; i < load.size(); ++i)
      squares += std::pow(inSeconds(load[i].arrival - load[i - 1].arrival) - 0.02, 2.0);
    QVERIFY(std::abs(std::sqrt(squares / options.requests) - 0.02) < 0.002);
  }

  void theSameSeedGivesTheSameLoad() {
    ServeLoadOptions options;
    options.rate = 1.0;
    const auto first = makeServeLoad(options);
    const auto again = makeServeLoad(options);
    options.seed = 2;
    const auto other = makeServeLoad(options);
    const auto lengths = [](const std::vector<ServeRequest>& load) {
      std::vector<int> all;
      for (const ServeRequest& request : load) all.push_back(request.outputTokens);
      return all;
    };
    QCOMPARE(lengths(first), lengths(again));
    QCOMPARE(first.back().arrival, again.back().arrival);
    QCOMPARE(first.back().seed, again.back().seed);
    QVERIFY(lengths(first) != lengths(other));
  }
};

QTEST_GUILESS_MAIN(TestServeLoad)
#include "tst_serve_load.moc"
