// What `bench serve` counts, on a runner that only keeps books and a clock that goes by steps: a step takes
// ten milliseconds.
#include <QTest>

#include "app/cli/bench/serve_run.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_runner.h"

using namespace zipage;
using namespace zipage::test;

namespace {

constexpr Duration kStep = std::chrono::milliseconds(10);

EngineLimits smallPool(int pages) {
  EngineLimits limits;
  limits.pageTokens = 16;
  limits.numPages = pages;
  limits.numQuerySlots = 8;
  limits.windowTokens = 4;
  limits.maxBatchTokens = 64;
  limits.maxSequences = 8;
  limits.sharesPrefixes = false;
  return limits;
}

ModelCost unitCost() {
  ModelCost cost;
  cost.denseBytes = 1000.0;
  cost.cacheBytesPerEntry = 1.0;
  return cost;
}

/// A load, run to its end or to a limit.
struct Served {
  explicit Served(int pages) : limits(smallPool(pages)), runner(limits), watch(runner, unitCost()) {
    runner.beforeStep = [this] { clock.advance(kStep); };
    times.clock = &clock;
    times.sleepUntil = [this](Duration until) { clock.advance(until - clock.now()); };
    times.isInterrupted = [] { return false; };
  }

  void add(Duration arrival, int promptTokens, int outputTokens, MemoryPolicy policy = MemoryPolicy::Full) {
    load.push_back({arrival, promptTokens, outputTokens, load.size() + 1});
    Request request;
    for (int i = 0; i < promptTokens; ++i) request.prompt.push_back((i + static_cast<int>(load.size())) % 40);
    request.maxNewTokens = outputTokens;
    request.ignoreEnd = true;
    request.policy = policy;
    request.compression.budgetTokens = 32;
    request.compression.periodTokens = 16;
    request.sampling.seed = load.size();
    requests.push_back(std::move(request));
  }

  ServeResult run() {
    auto served = runServe(limits, watch, load, requests, times);
    if (!served) qFatal("%s", served.error().message.c_str());
    if (!runner.complaint.empty()) qFatal("%s", runner.complaint.c_str());
    return *served;
  }

  EngineLimits limits;
  FakeClock clock;
  FakeRunner runner;
  StepWatch watch;
  std::vector<ServeRequest> load;
  std::vector<Request> requests;
  ServeTimes times;
};

}  // namespace

class TestServeRun : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void oneRequestIsCountedToTheToken() {
    Served served(64);
    served.add({}, 20, 5);
    const ServeResult result = served.run();
    QCOMPARE(result.finished, 1);
    QVERIFY(!result.isCut);
    QCOMPARE(result.metrics.generatedTokens, 5);
    QCOMPARE(result.counts.steps, 5);    // the prompt's step says the first token
    QCOMPARE(result.counts.decodes, 4);  // of the others
    QCOMPARE(result.seconds, 0.05);
    QCOMPARE(result.tokensPerSecond(), 100.0);
    QCOMPARE(result.firstToken.count, std::size_t{1});
    QCOMPARE(result.firstToken.mean, 0.01);
    QCOMPARE(result.nextToken.count, std::size_t{4});
    QCOMPARE(result.nextToken.p99, 0.01);
    // Five times the weights; entries 20, 21, 22, 23, 24.
    QCOMPARE(result.counts.bytes, 5 * 1000.0 + 110.0);
  }

  void theTimeToTheFirstTokenBeginsWhenARequestComes() {
    Served served(64);
    served.add({}, 4, 10);
    served.add(std::chrono::milliseconds(15), 4, 2);  // in the middle of the second step
    const ServeResult result = served.run();
    QCOMPARE(result.finished, 2);
    QCOMPARE(result.firstToken.count, std::size_t{2});
    QCOMPARE(result.firstToken.most, 0.015);  // the rest of that step, and its own
  }

  void waitingForTheNextRequestIsNotWork() {
    Served served(64);
    served.add({}, 4, 2);
    served.add(std::chrono::seconds(3), 4, 2);
    const ServeResult result = served.run();
    QCOMPARE(result.finished, 2);
    QVERIFY(std::abs(result.idleSeconds - 2.98) < 1e-9);
    QVERIFY(std::abs(result.busySeconds() - 0.04) < 1e-9);
  }

  void aSmallPoolTakesFewerStepsUnderABudget() {
    const auto under = [](MemoryPolicy policy) {
      Served served(16);
      for (int i = 0; i < 8; ++i) served.add({}, 8, 200, policy);
      return served.run();
    };
    const ServeResult full = under(MemoryPolicy::Full);
    const ServeResult budget = under(MemoryPolicy::Budget);
    QCOMPARE(full.finished, 8);
    QCOMPARE(budget.finished, 8);
    QCOMPARE(full.metrics.generatedTokens, 1600);
    QCOMPARE(budget.metrics.generatedTokens, 1600);
    QVERIFY(full.metrics.preemptions > 0);
    QVERIFY(budget.metrics.compressions > 0);
    QVERIFY(budget.counts.steps < full.counts.steps);
    QVERIFY(budget.meanBatch() > full.meanBatch());
  }

  void aCutRunIsJudgedByItsSteadyState() {
    Served served(64);
    for (int i = 0; i < 40; ++i) served.add({}, 4, 30);
    served.times.limit = std::chrono::seconds(1);
    served.times.warmUp = std::chrono::milliseconds(500);
    const ServeResult result = served.run();
    QVERIFY(result.isCut);
    QVERIFY(result.finished > 0 && result.finished < 40);
    QVERIFY(std::abs(result.seconds - 1.0) < 0.02);
    QVERIFY(std::abs(result.steadySeconds - 0.5) < 0.02);
    QVERIFY(result.steadyTokens > 0 && result.steadyTokens < result.metrics.generatedTokens);
  }

  void theSteadyStateEndsWhenNobodyWaits() {
    Served served(64);
    for (int i = 0; i < 9; ++i) served.add({}, 4, i == 8 ? 80 : 20);  // eight at a time
    served.times.limit = std::chrono::seconds(60);
    served.times.warmUp = std::chrono::milliseconds(50);
    const ServeResult result = served.run();
    QVERIFY(!result.isCut);
    QCOMPARE(result.finished, 9);
    QVERIFY(result.steadySeconds < 0.2);
    QVERIFY(result.seconds > 0.8);
  }

  void aRequestThatNeverFitsIsCountedAndTheOthersGoOn() {
    Served served(4);
    served.add({}, 8, 200);
    served.add({}, 8, 8);
    const ServeResult result = served.run();
    QCOMPARE(result.exhausted, 1);
    QCOMPARE(result.finished, 1);
  }

  void aDeviceThatFailsIsAnError() {
    Served served(64);
    served.add({}, 4, 50);
    served.runner.failsWith = Error{ErrorCode::Device, "the GPU is gone"};
    const auto result = runServe(served.limits, served.watch, served.load, served.requests, served.times);
    QVERIFY(!result.has_value());
    QCOMPARE(result.error().message, std::string("the GPU is gone"));
  }

  void percentilesAreThoseOfTheSortedTimes() {
    std::vector<double> times;
    for (int i = 100; i >= 1; --i) times.push_back(i);
    const LatencyFigures figures = latencyFigures(times);
    QCOMPARE(figures.mean, 50.5);
    QCOMPARE(figures.p50, 51.0);
    QCOMPARE(figures.p95, 96.0);
    QCOMPARE(figures.p99, 100.0);
    QCOMPARE(figures.most, 100.0);
    QCOMPARE(latencyFigures({}).p99, 0.0);
  }
};

QTEST_GUILESS_MAIN(TestServeRun)
#include "tst_serve_run.moc"
