// An engine on its own thread: posting never waits, everything posted gets an end, stopping is quick.
#include <QTest>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "engine/runtime/engine_thread.h"
#include "tests/support/engine_run.h"

using namespace zipage;
using namespace zipage::test;

namespace {

/// Lets a test keep the runner that an EngineThread owns.
class ForwardingRunner final : public ModelRunner {
 public:
  explicit ForwardingRunner(ModelRunner& runner) : m_runner(runner) {}
  Result<void> startStep(const StepInputs& inputs) override { return m_runner.startStep(inputs); }
  Result<void> finishStep(std::span<TokenId> tokens) override { return m_runner.finishStep(tokens); }
  std::span<const TokenRanking> rankings() const override { return m_runner.rankings(); }
  Result<void> compress(const CompressionPlan& plan) override { return m_runner.compress(plan); }
  Result<void> startCompression(const CompressionPlan& plan) override {
    return m_runner.startCompression(plan);
  }
  Result<int> finishedCompressions(bool waits) override { return m_runner.finishedCompressions(waits); }
  Result<double> workingSet(const CompressionPlan& plan) override { return m_runner.workingSet(plan); }
  Result<SequenceRecord> heldTokens(std::span<const PageIndex> pages, int numEntries) override {
    return m_runner.heldTokens(pages, numEntries);
  }
  Result<std::unique_ptr<HostCopy>> swapOut(std::span<const PageIndex> pages, int querySlot) override {
    return m_runner.swapOut(pages, querySlot);
  }
  Result<void> swapIn(const HostCopy& copy, std::span<const PageIndex> pages, int querySlot) override {
    return m_runner.swapIn(copy, pages, querySlot);
  }
  Result<std::vector<std::byte>> copyOut(std::span<const PageIndex> pages, int querySlot) override {
    return m_runner.copyOut(pages, querySlot);
  }
  Result<void> checkContents(std::span<const std::byte> contents, const ContentsShape& shape) const override {
    return m_runner.checkContents(contents, shape);
  }
  Result<void> copyIn(std::span<const std::byte> contents, std::span<const PageIndex> pages,
                      int querySlot) override {
    return m_runner.copyIn(contents, pages, querySlot);
  }

 private:
  ModelRunner& m_runner;
};

/// What a sink has heard so far; safe to ask while the engine runs.
class Heard {
 public:
  EngineThread::Sink sink() {
    return [this](EngineReport report) {
      const std::lock_guard lock(m_mutex);
      for (const EngineEvent& event : report.events) {
        std::visit([this](const auto& happened) { take(happened); }, event);
      }
      if (report.snapshot != nullptr) {
        ++m_numSnapshots;
        m_snapshot = report.snapshot;
      }
      m_metrics = report.metrics;
      ++m_numReports;
    };
  }

  Served of(RequestId id) const {
    const std::lock_guard lock(m_mutex);
    const auto found = m_served.find(id);
    return found == m_served.end() ? Served{} : found->second;
  }
  int numFinished() const {
    const std::lock_guard lock(m_mutex);
    return static_cast<int>(std::count_if(m_served.begin(), m_served.end(),
                                          [](const auto& entry) { return entry.second.finished; }));
  }
  EngineMetrics metrics() const {
    const std::lock_guard lock(m_mutex);
    return m_metrics;
  }
  std::shared_ptr<const CacheSnapshot> snapshot() const {
    const std::lock_guard lock(m_mutex);
    return m_snapshot;
  }
  std::optional<PinsChanged> pins() const {
    const std::lock_guard lock(m_mutex);
    return m_pins;
  }
  int numSnapshots() const {
    const std::lock_guard lock(m_mutex);
    return m_numSnapshots;
  }
  int numReports() const {
    const std::lock_guard lock(m_mutex);
    return m_numReports;
  }

 private:
  void take(const RequestStarted& event) { ++m_served[event.request].starts; }
  void take(const TokenGenerated& event) { m_served[event.request].tokens.push_back(event.token); }
  void take(const SequenceCompressed& event) { ++m_served[event.request].compressions; }
  void take(const PinsChanged& event) { m_pins = event; }
  void take(const RequestPreempted& event) { ++m_served[event.request].preemptions; }
  template <typename Event>
  void take(const Event&) {}  // what this test does not count
  void take(const RequestFinished& event) { m_served[event.request].finished = event; }

  mutable std::mutex m_mutex;
  std::map<RequestId, Served> m_served;
  EngineMetrics m_metrics;
  std::optional<PinsChanged> m_pins;  // guarded by m_mutex
  std::shared_ptr<const CacheSnapshot> m_snapshot;
  int m_numSnapshots = 0;
  int m_numReports = 0;
};

/// A thread with a FakeRunner that outlives it.
struct Fixture {
  explicit Fixture(int numPages = 60) : limits(smallLimits(numPages)), runner(limits) {}
  ~Fixture() {
    stop();
    if (!runner.complaint.empty()) qFatal("%s", runner.complaint.c_str());
  }
  void start() {
    EngineThread::Parts parts{std::make_unique<ForwardingRunner>(runner), std::make_unique<SteadyClock>(),
                              limits};
    engine = std::make_unique<EngineThread>(std::move(parts), heard.sink());
  }
  void stop() { engine.reset(); }

  EngineLimits limits;
  FakeRunner runner;
  Heard heard;
  std::unique_ptr<EngineThread> engine;
};

}  // namespace

class TestEngineThread : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aRequestComesBackUnderTheIdItWasGiven() {
    Fixture f;
    f.start();
    const RequestId first = f.engine->submit(fullRequest(5, 7));
    const RequestId second = f.engine->submit(budgetRequest(9, 60, 12, 4, 2));
    QTRY_COMPARE(f.heard.numFinished(), 2);
    QCOMPARE(f.heard.of(first).tokens.size(), std::size_t{7});
    QCOMPARE(f.heard.of(second).tokens.size(), std::size_t{60});
    QVERIFY(f.heard.of(second).compressions > 0);
    EngineRun alone(smallLimits(60));
    const RequestId id = alone.submit(fullRequest(5, 7));
    QVERIFY(alone.finish());
    QCOMPARE(f.heard.of(first).tokens, alone[id].tokens);
  }

  void samplesComeBackUnderTheirOwnIds() {
    Fixture f;
    f.start();
    f.engine->submit(Request{});  // refused, so that ids and the engine's count of requests differ
    const std::vector<RequestId> ids = f.engine->submitSamples(fullRequest(42, 12), 3);
    const std::vector<RequestId> refused = f.engine->submitSamples(Request{}, 2);
    QCOMPARE(ids.size(), std::size_t{3});
    QVERIFY(f.engine->submitSamples(fullRequest(5, 7), 0).empty());
    QTRY_COMPARE(f.heard.numFinished(), 6);
    for (const RequestId id : refused) QCOMPARE(f.heard.of(id).finished->reason, FinishReason::Failed);
    Request alone = fullRequest(42, 12);
    for (const RequestId id : ids) {
      QCOMPARE(f.heard.of(id).tokens, aloneWithAmpleRoom(alone));
      ++alone.sampling.seed;
    }
    QVERIFY(f.heard.metrics().promptTokens < 2 * 42);
  }

  void aWatchedRequestTellsWhatItHolds() {
    Fixture f;
    f.runner.beforeStep = [] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); };
    f.start();
    f.engine->submit(Request{});
    f.engine->setSnapshotInterval(std::chrono::milliseconds(1));
    const RequestId id = f.engine->submit(budgetRequest(9, 100000, 12, 4));
    f.engine->watch(id, true);
    const auto recordOf = [&]() -> std::shared_ptr<const SequenceRecord> {
      const auto snapshot = f.heard.snapshot();
      if (snapshot == nullptr || snapshot->sequences.empty() || snapshot->sequences[0].request != id)
        return nullptr;
      return snapshot->sequences[0].record;
    };
    QTRY_VERIFY(recordOf() != nullptr);
    f.engine->watch(id, false);
    QTRY_VERIFY(recordOf() == nullptr);
    f.engine->watch(RequestId{12345}, true);
    f.engine->cancel(id);
    QTRY_VERIFY(f.heard.of(id).finished);
  }

  void whatIsPinnedIsAnswered() {
    Fixture f(2000);
    f.runner.beforeStep = [] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); };
    f.start();
    const RequestId id = f.engine->submit(budgetRequest(40, 100000, 12, 8));
    QTRY_VERIFY(f.heard.of(id).tokens.size() > 3);
    f.engine->pin(id, {3, 4});
    QTRY_VERIFY(f.heard.pins().has_value());
    QCOMPARE(f.heard.pins()->tokens, 2);
    QVERIFY(!f.heard.pins()->refusal);
    f.engine->pin(RequestId{12345}, {1});
    QTRY_VERIFY(f.heard.pins()->refusal.has_value());
    QCOMPARE(f.heard.pins()->refusal->code, ErrorCode::NotFound);
    f.engine->cancel(id);
  }

  void somebodyMayAskForACompression() {
    Fixture f(2000);
    f.runner.beforeStep = [] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); };
    f.start();
    const RequestId id = f.engine->submit(budgetRequest(40, 100000, 12, 4000));
    QTRY_VERIFY(f.heard.of(id).tokens.size() > 3);
    QCOMPARE(f.heard.of(id).compressions, 0);
    f.engine->compressNow(id);
    f.engine->compressNow(RequestId{12345});
    QTRY_COMPARE(f.heard.of(id).compressions, 1);
    f.engine->cancel(id);
    QTRY_VERIFY(f.heard.of(id).finished);
  }

  void severalThreadsMaySubmit() {
    Fixture f;
    f.start();
    std::mutex mutex;
    std::set<RequestId> ids;
    std::vector<std::thread> clients;
    for (int client = 0; client < 4; ++client) {
      clients.emplace_back([&, client] {
        for (int i = 0; i < 25; ++i) {
          const RequestId id =
              f.engine->submit(i % 2 == 0 ? fullRequest(3, 8, client) : budgetRequest(3, 30, 12, 4, client));
          if (i % 5 == 4) f.engine->cancel(id);
          const std::lock_guard lock(mutex);
          ids.insert(id);
        }
      });
    }
    for (std::thread& client : clients) client.join();
    QCOMPARE(ids.size(), std::size_t{100});
    QTRY_COMPARE(f.heard.numFinished(), 100);
    for (const RequestId id : ids) QVERIFY(f.heard.of(id).finished);
  }

  void stoppingEndsWorkInFlight() {
    Fixture f;
    f.start();
    std::vector<RequestId> ids;
    for (int salt = 1; salt <= 12; ++salt)
      ids.push_back(f.engine->submit(budgetRequest(5, 1000000, 12, 4, salt)));
    QTRY_VERIFY(f.heard.of(ids.front()).tokens.size() > 3);
    f.stop();
    for (const RequestId id : ids) {
      QVERIFY(f.heard.of(id).finished);
      QCOMPARE(f.heard.of(id).finished->reason, FinishReason::Cancelled);
    }
  }

  void whatIsPostedJustBeforeTheEndGetsAnEndToo() {
    for (int round = 0; round < 50; ++round) {
      Fixture f;
      f.start();
      std::vector<RequestId> ids;
      for (int salt = 1; salt <= 5; ++salt) ids.push_back(f.engine->submit(fullRequest(5, 1000, salt)));
      ids.push_back(f.engine->submit(Request{}));
      f.stop();
      for (const RequestId id : ids) QVERIFY(f.heard.of(id).finished);
    }
  }

  void stoppingTakesNoMoreThanAStep() {
    Fixture f;
    std::atomic<bool> isStopping = false;
    std::atomic<int> stepsSince = 0;
    f.runner.beforeStep = [&] {
      if (isStopping) ++stepsSince;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    };
    f.start();
    const RequestId id = f.engine->submit(fullRequest(5, 100000));
    QTRY_VERIFY(!f.heard.of(id).tokens.empty());
    isStopping = true;
    f.stop();
    QVERIFY2(stepsSince <= 1, qPrintable(QString::number(stepsSince)));
  }

  void aPromptBeingReadCanBeCancelled() {
    Fixture f;
    f.limits.maxBatchTokens = 1;
    f.runner.beforeStep = [] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); };
    f.start();
    const RequestId id = f.engine->submit(budgetRequest(100000, 10, 12, 4));
    QTRY_COMPARE(f.heard.of(id).starts, 1);
    f.engine->cancel(id);
    QTRY_VERIFY(f.heard.of(id).finished);
    QCOMPARE(f.heard.of(id).finished->reason, FinishReason::Cancelled);
    QVERIFY(f.heard.of(id).tokens.empty());
  }

  void whatCannotBeServedComesBackAsFailed() {
    Fixture f;
    f.start();
    const RequestId id = f.engine->submit(budgetRequest(5, 50, 13, 4));
    QTRY_VERIFY(f.heard.of(id).finished);
    QCOMPARE(f.heard.of(id).finished->reason, FinishReason::Failed);
    QCOMPARE(f.heard.of(id).finished->error.code, ErrorCode::InvalidArgument);
    QCOMPARE(f.heard.of(id).finished->promptTokens, 5);
    f.engine->cancel(id);
    f.engine->cancel(RequestId{12345});
    const RequestId next = f.engine->submit(fullRequest(5, 7));
    QTRY_COMPARE(f.heard.of(next).tokens.size(), std::size_t{7});
  }

  void aLostDeviceEndsWhatRunsAndRefusesMore() {
    Fixture f;
    std::atomic<bool> isLost = false;
    f.runner.beforeStep = [&] {
      if (isLost) f.runner.failsWith = Error{ErrorCode::Device, "the device is gone"};
      std::this_thread::sleep_for(std::chrono::milliseconds(5));  // or the pool would be full before
    };
    f.start();
    const RequestId first = f.engine->submit(fullRequest(5, 100000));
    QTRY_VERIFY(!f.heard.of(first).tokens.empty());
    isLost = true;
    QTRY_VERIFY(f.heard.of(first).finished);
    const RequestId second = f.engine->submit(fullRequest(5, 10));
    QTRY_VERIFY(f.heard.of(second).finished);
    for (const RequestId id : {first, second}) {
      QCOMPARE(f.heard.of(id).finished->reason, FinishReason::Failed);
      QCOMPARE(f.heard.of(id).finished->error.message, std::string("the device is gone"));
    }
  }

  void snapshotsComeWhileSomebodyWatches() {
    Fixture f;
    f.start();
    const RequestId unwatched = f.engine->submit(fullRequest(5, 50));
    QTRY_VERIFY(f.heard.of(unwatched).finished);
    QCOMPARE(f.heard.numSnapshots(), 0);
    f.engine->setSnapshotInterval(std::chrono::hours(1));
    QTRY_COMPARE(f.heard.numSnapshots(), 1);  // one at once, for a view that opens
    const RequestId watched = f.engine->submit(fullRequest(5, 50));
    QTRY_VERIFY(f.heard.of(watched).finished);
    QTRY_VERIFY(f.heard.numSnapshots() >= 2);  // and the last state
    QVERIFY(f.heard.numSnapshots() <= 4);
    f.engine->setSnapshotInterval(Duration::zero());
    const int before = f.heard.numSnapshots();
    const RequestId again = f.engine->submit(fullRequest(5, 50));
    QTRY_VERIFY(f.heard.of(again).finished);
    QVERIFY(f.heard.numSnapshots() <= before + 1);
  }

  void theRateFallsToNothingAndThenTheThreadSleeps() {
    Fixture f;
    f.runner.beforeStep = [] { std::this_thread::sleep_for(std::chrono::milliseconds(2)); };
    f.start();
    f.engine->submit(fullRequest(5, 50));
    QTRY_COMPARE(f.heard.numFinished(), 1);
    QVERIFY(f.heard.metrics().tokensPerSecond > 0.0);
    QTRY_COMPARE(f.heard.metrics().tokensPerSecond, 0.0);
    const int reports = f.heard.numReports();
    QTest::qWait(300);
    QCOMPARE(f.heard.numReports(), reports);
  }

  void aThreadThatNeverWorkedEnds() {
    Fixture f;
    f.start();
    f.stop();
    QCOMPARE(f.heard.numFinished(), 0);
  }
};

QTEST_GUILESS_MAIN(TestEngineThread)
#include "tst_engine_thread.moc"
