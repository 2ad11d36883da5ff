// A device that refuses memory, fails or is lost, at every moment it could: each request ends with the
// reason, once; later ones are refused with it; nothing is left behind; and a new engine on a sound device
// answers.
#include <QTest>
#include <condition_variable>
#include <map>
#include <mutex>

#include "engine/runtime/engine_thread.h"
#include "engine/runtime/transformer_runner.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_device.h"
#include "tests/support/tiny_bundle.h"

using namespace zipage;
using namespace zipage::test;

namespace {

PoolOptions smallPool() {
  PoolOptions options;
  options.poolTokens = 224;
  options.maxQuerySlots = 4;
  options.maxSequences = 4;
  options.maxBatchTokens = 128;
  return options;
}

Request request(int promptTokens, int newTokens, int salt) {
  Request request;
  for (int i = 0; i < promptTokens; ++i) request.prompt.push_back(1 + (i * 7 + salt) % 36);
  request.maxNewTokens = newTokens;
  request.ignoreEnd = true;
  request.sampling.seed = static_cast<std::uint64_t>(salt);
  request.sampling.repetitionPenalty = 1.1F;
  request.policy = MemoryPolicy::Budget;
  request.compression = *compressionPreset("zipage");
  request.compression.budgetTokens = 96;
  request.compression.periodTokens = 32;
  return request;
}

/// Reading, decoding, compressing, swapping: every way in which an engine asks something of its device.
std::vector<Request> load() { return {request(30, 100, 1), request(140, 100, 2), request(30, 40, 3)}; }

struct Outcome {
  std::optional<Error> openError;  // why there was no engine
  std::map<RequestId, std::vector<RequestFinished>> ends;
  std::map<RequestId, std::vector<TokenId>> tokens;
  EngineMetrics metrics;
  std::optional<Error> laterRefusal;  // of a request after all had ended
  std::string brokenInvariant;

  std::vector<std::vector<TokenId>> replies() const {
    std::vector<std::vector<TokenId>> all;
    for (const auto& [id, reply] : tokens) all.push_back(reply);
    return all;
  }
};

void take(const EngineEvent& event, Outcome& outcome) {
  if (const auto* generated = std::get_if<TokenGenerated>(&event)) {
    outcome.tokens[generated->request].push_back(generated->token);
  }
  if (const auto* finished = std::get_if<RequestFinished>(&event))
    outcome.ends[finished->request].push_back(*finished);
}

const std::string& tinyBytes() {
  static const std::string bytes = tinyQwenFile({}).bytes();
  return bytes;
}

/// How an engine works beside its steps.
struct Ways {
  bool compressesBeside = false;
  bool runsAhead = false;
};

Outcome serve(const Faults& faults, const std::shared_ptr<FaultCounts>& counts, const Ways& ways = {}) {
  Outcome outcome;
  FaultyDevice device(faults, counts);
  const auto model = tinyBundle(tinyBytes(), device);
  if (!model) return outcome.openError = model.error(), outcome;
  const auto parts = createTransformerRunner(device, **model, smallPool());
  if (!parts) return outcome.openError = parts.error(), outcome;
  EngineLimits limits = parts->limits;
  limits.compressesBeside = ways.compressesBeside;
  limits.runsAhead = ways.runsAhead;
  const FakeClock clock;
  Engine engine(limits, *parts->runner, clock);
  for (const Request& each : load()) {
    const auto id = engine.submit(each);
    if (!id) qFatal("%s", id.error().message.c_str());
    outcome.tokens[*id];
    engine.watch(*id, true);
  }
  while (engine.hasWork()) {
    for (const EngineEvent& event : engine.step()) take(event, outcome);
    static_cast<void>(engine.snapshot());  // asks the device what is held
    if (outcome.brokenInvariant.empty()) outcome.brokenInvariant = engine.brokenInvariant();
  }
  outcome.metrics = engine.metrics();
  const auto later = engine.submit(request(5, 5, 9));
  if (!later) outcome.laterRefusal = later.error();
  return outcome;
}

bool contains(const std::string& text, const char* words) { return text.find(words) != std::string::npos; }

/// Empty, or what is wrong with how a fault was told.
std::string wrongWith(const Outcome& outcome, const char* fault) {
  if (outcome.openError) return contains(outcome.openError->message, fault) ? "" : outcome.openError->message;
  if (outcome.ends.size() != outcome.tokens.size()) return "a request did not end";
  bool hasFailed = false;
  for (const auto& [id, ends] : outcome.ends) {
    if (ends.size() != 1) return "a request ended more than once";
    if (ends.front().reason == FinishReason::Length) continue;
    if (ends.front().reason != FinishReason::Failed) return "a request ended for another reason";
    if (!contains(ends.front().error.message, fault)) return "told as: " + ends.front().error.message;
    hasFailed = true;
  }
  if (outcome.metrics.pagesHeld != 0) return "pages are held after the end";
  if (hasFailed != outcome.laterRefusal.has_value()) return "later requests are not refused";
  if (hasFailed && !contains(outcome.laterRefusal->message, fault))
    return "refused with: " + outcome.laterRefusal->message;
  return outcome.brokenInvariant;
}

/// What an engine thread has reported; safe to ask while it runs.
class Reports {
 public:
  EngineThread::Sink sink() {
    return [this](EngineReport report) {
      const std::lock_guard lock(m_mutex);
      for (const EngineEvent& event : report.events) {
        if (const auto* finished = std::get_if<RequestFinished>(&event)) m_ends.push_back(*finished);
      }
      m_changed.notify_all();
    };
  }
  std::vector<RequestFinished> waitForEnds(std::size_t count) {
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, std::chrono::seconds(60), [&] { return m_ends.size() >= count; });
    return m_ends;
  }

 private:
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::vector<RequestFinished> m_ends;
};

}  // namespace

class TestDeviceFaults : public QObject {
  Q_OBJECT

 private:
  std::vector<std::vector<TokenId>> m_expected;

  /// Runs the load with a fault at moment 0, 1, 2, … until there is no such moment any more. How many there
  /// were.
  template <typename FaultAt>
  int tryEveryMoment(const FaultAt& faultAt, const char* fault, const Ways& ways = {}) {
    for (int moment = 0;; ++moment) {
      const auto counts = std::make_shared<FaultCounts>();
      const Outcome outcome = serve(faultAt(moment), counts, ways);
      const std::string wrong = counts->hasFailed ? wrongWith(outcome, fault) : std::string();
      if (!wrong.empty())
        QTest::qFail(qPrintable(QStringLiteral("at %1: %2").arg(moment).arg(wrong.c_str())), __FILE__,
                     __LINE__);
      if (FaultyDevice::numHeld() != 0)
        QTest::qFail(qPrintable(QStringLiteral("at %1: memory is left").arg(moment)), __FILE__, __LINE__);
      if (QTest::currentTestFailed()) return moment;
      if (!counts->hasFailed) {
        if (outcome.replies() != m_expected)
          QTest::qFail("the replies without a fault are others", __FILE__, __LINE__);
        return moment;
      }
    }
  }

 private Q_SLOTS:
  void initTestCase() {
    const auto counts = std::make_shared<FaultCounts>();
    const Outcome sound = serve({}, counts);
    QVERIFY2(!sound.openError, sound.openError ? sound.openError->message.c_str() : "");
    QCOMPARE(sound.brokenInvariant, std::string());
    QVERIFY(!sound.laterRefusal);
    for (const auto& [id, ends] : sound.ends) QCOMPARE(ends.front().reason, FinishReason::Length);
    // Otherwise the moments below would not be those that matter.
    QVERIFY(sound.metrics.compressions > 0);
    QVERIFY(sound.metrics.swaps > 0);
    QVERIFY(sound.metrics.preemptions > 0);
    QCOMPARE(FaultyDevice::numHeld(), 0);
    m_expected = sound.replies();
  }

  void memoryRefusedAtAnyMomentIsToldByItsName() {
    const int moments =
        tryEveryMoment([](int moment) { return Faults{.refusedAllocation = moment}; }, kRefused);
    QVERIFY2(moments > 25, qPrintable(QString::number(moments)));  // weights, pool, workspaces, histories
  }

  void aKernelThatFailsAtAnyMomentEndsEveryRequestOnce() {
    const int moments =
        tryEveryMoment([](int moment) { return Faults{.failedSynchronize = moment}; }, kKernelFailed);
    QVERIFY2(moments > 60, qPrintable(QString::number(moments)));
  }

  void aDeviceLostAtAnyMomentEndsEveryRequestOnce() {
    const int moments =
        tryEveryMoment([](int moment) { return Faults{.lostSynchronize = moment}; }, kDeviceLost);
    QVERIFY2(moments > 60, qPrintable(QString::number(moments)));
  }

  void aKernelThatFailsInAStepAheadEndsEveryRequestOnce() {
    const int moments = tryEveryMoment([](int moment) { return Faults{.failedSynchronize = moment}; },
                                       kKernelFailed, {.runsAhead = true});
    QVERIFY2(moments > 60, qPrintable(QString::number(moments)));
  }

  void aDeviceLostBesideTheStepsEndsEveryRequestOnce() {
    const int moments = tryEveryMoment([](int moment) { return Faults{.lostSynchronize = moment}; },
                                       kDeviceLost, {.compressesBeside = true});
    QVERIFY2(moments > 60, qPrintable(QString::number(moments)));
  }

  void withoutHostMemoryForASwapRequestsStillEndAndTheDeviceIsNotToBlame() {
    const Outcome outcome = serve({.refusesSwaps = true}, std::make_shared<FaultCounts>());
    QCOMPARE(outcome.metrics.swaps, std::int64_t{0});
    QCOMPARE(outcome.ends.size(), outcome.tokens.size());
    for (const auto& [id, ends] : outcome.ends) {
      QCOMPARE(ends.size(), std::size_t{1});
      QVERIFY(ends.front().reason == FinishReason::Length ||
              ends.front().reason == FinishReason::PoolExhausted);
    }
    QVERIFY(!outcome.laterRefusal);
    QCOMPARE(FaultyDevice::numHeld(), 0);
  }

  void anEngineThreadTellsEveryRequestAndRefusesLaterOnes() {
    FaultyDevice device({.lostSynchronize = 40});
    const auto model = tinyBundle(tinyBytes(), device);
    QVERIFY(model);
    Reports reports;
    {
      auto parts = createTransformerRunner(device, **model, smallPool());
      QVERIFY(parts);
      EngineThread thread({std::move(parts->runner), std::make_unique<SteadyClock>(), parts->limits},
                          reports.sink());
      for (const Request& each : load()) thread.submit(each);
      QCOMPARE(reports.waitForEnds(3).size(), std::size_t{3});
      const RequestId late = thread.submit(request(5, 5, 9));
      const auto ends = reports.waitForEnds(4);
      QCOMPARE(ends.size(), std::size_t{4});
      QCOMPARE(ends.back().request, late);
    }
    const auto ends = reports.waitForEnds(4);
    QCOMPARE(ends.size(), std::size_t{4});  // nothing more when the thread ended
    for (const RequestFinished& end : ends) {
      QCOMPARE(end.reason, FinishReason::Failed);
      QVERIFY2(contains(end.error.message, kDeviceLost), end.error.message.c_str());
    }
  }

  void aNewEngineOnASoundDeviceAnswersAsIfNothingHadBeen() {
    const Outcome lost = serve({.lostSynchronize = 30}, std::make_shared<FaultCounts>());
    QVERIFY(lost.laterRefusal);
    QVERIFY(lost.replies() != m_expected);
    QCOMPARE(serve({}, std::make_shared<FaultCounts>()).replies(), m_expected);
  }
};

QTEST_GUILESS_MAIN(TestDeviceFaults)
#include "tst_device_faults.moc"
