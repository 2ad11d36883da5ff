// A request that thinks without end: neither its steps nor what the engine keeps about it grow, but for the
// four bytes of each token. Memory is counted at every new and delete of this program.
#include <QTest>
#include <atomic>
#include <cstdlib>
#include <new>

#include "engine/runtime/engine.h"
#include "tests/support/engine_run.h"

using namespace zipage;
using namespace zipage::test;

namespace {

std::atomic<std::int64_t> bytesLive{0}, numTaken{0};

constexpr std::size_t kHeader = alignof(std::max_align_t);

/// A model that keeps nothing, so that all memory is the engine's.
class ForgetfulRunner final : public ModelRunner {
 public:
  Result<void> startStep(const StepInputs& inputs) override {
    most(mostTokens, inputs.tokenIds.size());
    most(mostPages, static_cast<std::size_t>(inputs.maxPages));
    most(mostEntries, static_cast<std::size_t>(inputs.physical.back()));
    most(mostHistory, inputs.history.size());
    m_drawn.push_back(inputs.positions.back() % 7);
    return {};
  }
  Result<void> finishStep(std::span<TokenId> tokens) override {
    std::fill(tokens.begin(), tokens.end(), m_drawn.front());
    m_drawn.erase(m_drawn.begin());
    return {};
  }
  std::span<const TokenRanking> rankings() const override { return {}; }
  Result<void> compress(const CompressionPlan& plan) override {
    most(mostCompressed, static_cast<std::size_t>(plan.numEntries));
    return {};
  }
  Result<void> startCompression(const CompressionPlan& plan) override {
    ++m_started;
    return compress(plan);
  }
  Result<int> finishedCompressions(bool) override { return std::exchange(m_started, 0); }
  Result<double> workingSet(const CompressionPlan&) override { return 1.0; }
  Result<SequenceRecord> heldTokens(std::span<const PageIndex>, int) override { return SequenceRecord{}; }
  Result<std::unique_ptr<HostCopy>> swapOut(std::span<const PageIndex>, int) override {
    return failure(ErrorCode::OutOfMemory, "nowhere");
  }
  Result<void> swapIn(const HostCopy&, std::span<const PageIndex>, int) override { return {}; }
  Result<std::vector<std::byte>> copyOut(std::span<const PageIndex>, int) override {
    return std::vector<std::byte>();
  }
  Result<void> checkContents(std::span<const std::byte>, const ContentsShape&) const override { return {}; }
  Result<void> copyIn(std::span<const std::byte>, std::span<const PageIndex>, int) override { return {}; }

  std::size_t mostTokens = 0, mostPages = 0, mostEntries = 0, mostHistory = 0, mostCompressed = 0;

 private:
  static void most(std::size_t& figure, std::size_t value) { figure = std::max(figure, value); }

  int m_started = 0;
  std::vector<TokenId> m_drawn;  // by the steps under way
};

}  // namespace

void* operator new(std::size_t bytes) {
  auto* const block = static_cast<std::byte*>(std::malloc(bytes + kHeader));
  if (block == nullptr) throw std::bad_alloc();
  *reinterpret_cast<std::size_t*>(block) = bytes;
  bytesLive += static_cast<std::int64_t>(bytes);
  ++numTaken;
  return block + kHeader;
}
void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  std::byte* const block = static_cast<std::byte*>(memory) - kHeader;
  bytesLive -= static_cast<std::int64_t>(*reinterpret_cast<std::size_t*>(block));
  std::free(block);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

class TestEngineConstantMemory : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void thinkingWithoutEndTakesTheSameInEveryStep_data() {
    QTest::addColumn<bool>("beside");
    QTest::newRow("compressed between steps") << false;
    QTest::newRow("compressed beside steps") << true;
  }

  void thinkingWithoutEndTakesTheSameInEveryStep() {
    QFETCH(bool, beside);
    constexpr int kTokens = 20000;
    EngineLimits limits = smallLimits(200);
    limits.compressesBeside = beside;
    limits.recordsScores = true;
    ForgetfulRunner runner;
    FakeClock clock;
    Engine engine(limits, runner, clock);
    const auto id = engine.submit(budgetRequest(10, kTokens, 32, 8));
    QVERIFY(id);
    std::int64_t afterFirst = -1, most = 0;
    int pagesAfterFirst = 0;
    while (engine.hasWork()) {
      clock.advance(std::chrono::milliseconds(10));
      static_cast<void>(engine.step());
      const EngineMetrics metrics = engine.metrics();
      if (metrics.compressions < 2) continue;
      if (afterFirst < 0) afterFirst = bytesLive;
      if (pagesAfterFirst == 0) pagesAfterFirst = metrics.peakPages;
      QCOMPARE(metrics.peakPages, pagesAfterFirst);
      most = std::max<std::int64_t>(most, bytesLive);
    }
    QCOMPARE(engine.metrics().generatedTokens, std::int64_t{kTokens});
    QCOMPARE(engine.metrics().compressions, std::int64_t{(kTokens + 9 - 40 + 7) / 8});
    // The text itself, in a vector that doubles, old and new at a time.
    const auto text = static_cast<std::int64_t>(3 * kTokens * sizeof(TokenId));
    QVERIFY2(most - afterFirst < text + 8192, qPrintable(QString::number(most - afterFirst)));
    // Every step is the same work.
    QCOMPARE(runner.mostTokens, std::size_t{10});
    QCOMPARE(runner.mostPages, std::size_t{10});
    QCOMPARE(runner.mostEntries, std::size_t{40});
    QCOMPARE(runner.mostCompressed, std::size_t{40});
    QCOMPARE(runner.mostHistory, std::size_t{0});
  }

  void aStepThatOnlyDecodesTakesNoMemory_data() {
    QTest::addColumn<int>("numRequests");
    QTest::addColumn<bool>("runsAhead");
    for (const int numRequests : {1, 8}) {
      for (const bool runsAhead : {false, true})
        QTest::addRow("%d, %s", numRequests, runsAhead ? "ahead" : "waiting") << numRequests << runsAhead;
    }
  }

  void aStepThatOnlyDecodesTakesNoMemory() {
    QFETCH(int, numRequests);
    EngineLimits limits = smallLimits(60);
    limits.pageTokens = 64;
    limits.maxBatchTokens = 1024;
    QFETCH(bool, runsAhead);
    limits.runsAhead = runsAhead;
    ForgetfulRunner runner;
    FakeClock clock;
    Engine engine(limits, runner, clock);
    for (int i = 0; i < numRequests; ++i) QVERIFY(engine.submit(fullRequest(70, 300, 1 + i)));
    std::int64_t taken = 0;
    for (int tokens = 0; tokens < 110; ++tokens) {
      clock.advance(std::chrono::milliseconds(10));
      // From here on the text of 150 tokens neither fills its page nor the memory that it has.
      if (tokens == 80) taken = numTaken;
      QCOMPARE(engine.step().size(), static_cast<std::size_t>(numRequests * (tokens == 0 ? 2 : 1)));
    }
    QCOMPARE(numTaken - taken, std::int64_t{0});
  }
};

QTEST_GUILESS_MAIN(TestEngineConstantMemory)
#include "tst_engine_constant_memory.moc"
