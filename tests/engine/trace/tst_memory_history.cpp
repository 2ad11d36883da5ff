// What the history says is what the engine's counters and records say, at every step of loads that compress,
// branch, preempt and swap.
#include <QTest>

#include "engine/trace/compression_look.h"
#include "engine/trace/memory_history.h"
#include "engine/trace/page_contents.h"
#include "tests/support/compression_records.h"
#include "tests/support/engine_run.h"

using namespace zipage;
using namespace zipage::test;

namespace {

EngineLimits recordingLimits(int numPages) {
  EngineLimits limits = smallLimits(numPages);
  limits.recordsScores = true;
  return limits;
}

TokenTexts textsOf(const std::vector<TokenId>& tokens) {
  TokenTexts texts;
  for (const TokenId token : tokens) texts.add(std::to_string(token) + " ");
  return texts;
}

/// An engine whose every step is told to a history.
class WatchedRun {
 public:
  explicit WatchedRun(const EngineLimits& limits, const HistoryLimits& remembered = {})
      : run(limits), history(remembered) {}

  RequestId submit(const Request& request) {
    const RequestId id = run.submit(request);
    history.begin(id, request.owner, textsOf(request.prompt));
    run.engine.watch(id, true);
    return id;
  }

  bool step() {
    const std::size_t before = run.happened.size();
    if (!run.step()) return false;
    for (std::size_t i = before; i < run.happened.size(); ++i) history.add(run.happened[i], run.clock.now());
    history.add(sampleOf(run.engine.metrics(), run.clock.now()));
    snapshot = run.engine.snapshot();
    history.add(snapshot, run.clock.now());
    return true;
  }

  EngineRun run;
  MemoryHistory history;
  std::shared_ptr<const CacheSnapshot> snapshot;
};

}  // namespace

class TestMemoryHistory : public QObject {
  Q_OBJECT

 private:
  /// Everything a view would show, against what the engine itself says.
  static std::string differenceIn(const WatchedRun& watched) {
    const EngineMetrics metrics = watched.run.engine.metrics();
    const MemorySample& sample = watched.history.samples().spans().back().last;
    if (!(sample == sampleOf(metrics, sample.at))) return "the sample is not the metrics";
    const CacheSnapshot& snapshot = *watched.history.snapshotAt(sample.at);
    if (snapshot.pagesHeld != metrics.pagesHeld) return "pages held differ";
    if (snapshot.tokensLive != metrics.tokensLive) return "tokens live differ";
    if (watched.history.numCompressions() != metrics.compressions) return "compressions differ";
    std::int64_t evicted = 0, preempted = 0, swapped = 0, dropped = 0;
    for (const MemoryEvent& event : watched.history.events()) {
      if (event.kind == MemoryEventKind::Compressed) evicted += event.tokens;
      if (event.kind == MemoryEventKind::Preempted) ++preempted;
      if (event.kind == MemoryEventKind::SwappedOut) ++swapped;
      if (event.kind == MemoryEventKind::PrefixDropped) dropped += event.pages;
    }
    if (evicted != metrics.tokensEvicted) return "tokens evicted differ";
    if (preempted != metrics.preemptions) return "preemptions differ";
    if (swapped != metrics.swaps) return "swaps differ";
    if (dropped != metrics.pagesDropped) return "dropped prefixes differ";
    return differenceInPages(watched.history, snapshot);
  }

  /// The tokens that pages are said to hold, against the engine's own record of the sequence.
  static std::string differenceInPages(const MemoryHistory& history, const CacheSnapshot& snapshot) {
    std::int64_t tokensShown = 0;
    for (std::size_t page = 0; page < snapshot.pages.size(); ++page) {
      const PageContents contents = contentsOf(history, snapshot, static_cast<PageIndex>(page));
      if (!contents.request) continue;
      if (!contents.isKnown) return "what a page holds is not known";
      tokensShown += static_cast<std::int64_t>(contents.tokens.size());
      const auto sequence =
          std::find_if(snapshot.sequences.begin(), snapshot.sequences.end(),
                       [&](const SequenceSnapshot& one) { return one.request == contents.request; });
      if (sequence->record == nullptr) continue;
      for (std::size_t i = 0; i < contents.tokens.size(); ++i) {
        const std::size_t entry = static_cast<std::size_t>(contents.tableIndex * snapshot.pageTokens) + i;
        if (sequence->record->positions[entry] != contents.tokens[i].token)
          return "a page holds another token";
        const auto pages = pagesOf(history, snapshot, contents.request, contents.tokens[i].token);
        if (pages.size() != 1 || pages[0].page != static_cast<PageIndex>(page))
          return "a token lies elsewhere";
      }
    }
    return tokensShown == snapshot.tokensLive ? std::string() : "tokens shown and tokens live differ";
  }

 private Q_SLOTS:
  void viewsSayWhatTheEngineSays_data() {
    QTest::addColumn<int>("numPages");
    QTest::addColumn<bool>("compressesBeside");
    QTest::addRow("ample room") << 60 << false;
    QTest::addRow("swaps") << 9 << false;
    QTest::addRow("beside the steps") << 14 << true;
  }

  void viewsSayWhatTheEngineSays() {
    QFETCH(int, numPages);
    QFETCH(bool, compressesBeside);
    EngineLimits limits = recordingLimits(numPages);
    limits.compressesBeside = compressesBeside;
    WatchedRun watched(limits);
    watched.submit(budgetRequest(2, 90, 16, 8, 1));
    watched.submit(budgetRequest(24, 90, 16, 8, 2));
    watched.submit(fullRequest(10, 8, 3));
    // Branches: the same beginning once more, in full and bounded.
    watched.submit(budgetRequest(24, 40, 16, 8, 2));
    int steps = 0;
    while (watched.run.engine.hasWork()) {
      QVERIFY2(watched.step(), watched.run.problem.c_str());
      const std::string difference = differenceIn(watched);
      QVERIFY2(difference.empty(), (difference + " at step " + std::to_string(steps)).c_str());
      ++steps;
    }
    QVERIFY(watched.run.engine.metrics().compressions > 10);
    if (numPages == 9) QVERIFY(watched.run.engine.metrics().swaps > 0);
  }

  void sharedPagesCountOnce() {
    WatchedRun watched(recordingLimits(60));
    watched.submit(fullRequest(20, 30));
    QVERIFY(watched.step() && watched.step());
    watched.submit(fullRequest(20, 30));
    for (int i = 0; i < 4; ++i) QVERIFY(watched.step());
    QVERIFY(std::any_of(watched.snapshot->pages.begin(), watched.snapshot->pages.end(),
                        [](const PageSnapshot& page) { return page.holders == 2; }));
    QCOMPARE(watched.run.engine.metrics().tokensLive, watched.snapshot->tokensLive);
    QVERIFY(watched.snapshot->tokensLive <= std::int64_t{4} * watched.snapshot->pagesHeld);
  }

  void whatIsRememberedIsBounded() {
    HistoryLimits few;
    few.samples = 16;
    few.events = 20;
    few.recordBytes = 3000;
    few.snapshotBytes = 20000;
    few.textBytes = 600;
    WatchedRun watched(recordingLimits(40), few);
    std::int64_t finished = 0;
    for (int turn = 0; turn < 30; ++turn) {
      watched.submit(budgetRequest(6, 40, 12, 8, turn + 1));
      while (watched.run.engine.hasWork()) QVERIFY2(watched.step(), watched.run.problem.c_str());
      ++finished;
      const MemoryHistory& history = watched.history;
      QVERIFY(history.samples().spans().size() <= 16);
      QVERIFY(history.events().size() <= 20);
      QVERIFY(history.recordBytes() <= few.recordBytes);
      QVERIFY(history.snapshotBytes() <= few.snapshotBytes);
      QVERIFY(history.trail(RequestId{static_cast<std::uint64_t>(finished)}) != nullptr);
      QCOMPARE(history.numCompressions(), watched.run.engine.metrics().compressions);
    }
    QVERIFY(watched.history.numForgottenRecords() > 0);
    QVERIFY(watched.history.numForgottenEvents() > 0);
    QVERIFY(watched.history.trails().size() < 30);
    QVERIFY(watched.history.compression(watched.history.numCompressions() - 1)->record != nullptr);
    QVERIFY(watched.history.compression(-1) == nullptr);
    QVERIFY(watched.history.compression(watched.history.numCompressions()) == nullptr);
    QVERIFY(watched.history.snapshotAt(watched.run.clock.now()) == watched.snapshot);
  }

  void theOldestPageMapsThinOutTheNewestStays() {
    HistoryLimits few;
    few.snapshotBytes = 10 * sizeof(PageSnapshot);
    MemoryHistory history(few);
    for (int i = 1; i <= 1000; ++i) {
      auto snapshot = std::make_shared<CacheSnapshot>();
      snapshot->pages.resize(1);
      snapshot->step = static_cast<std::uint64_t>(i);
      history.add(snapshot, std::chrono::milliseconds(i));
      QCOMPARE(history.snapshotAt(std::chrono::milliseconds(i))->step, static_cast<std::uint64_t>(i));
      QVERIFY(history.snapshotBytes() <= few.snapshotBytes);
    }
    const auto middle = history.snapshotAt(std::chrono::milliseconds(500));
    QVERIFY(middle != nullptr && middle->step <= 500 && middle->step > 100);
    auto large = std::make_shared<CacheSnapshot>();
    large->pages.resize(100);
    history.add(large, std::chrono::seconds(2));
    QVERIFY(history.snapshotAt(std::chrono::seconds(2)) == large);
  }

  void aCompressionIsFoundByItsTimeAndRequest() {
    MemoryHistory history;
    history.begin(RequestId{1}, OwnerId{7}, textsOf({1, 2}));
    history.begin(RequestId{2}, OwnerId{8}, textsOf({3}));
    SequenceCompressed event;
    for (const int at : {10, 20, 30}) {
      event.request = RequestId{at == 20 ? std::uint64_t{2} : std::uint64_t{1}};
      event.record = recordOf({"+-r"});
      history.add(event, Duration(at));
    }
    QCOMPARE(history.lastCompression(Duration(5)), std::int64_t{-1});
    QCOMPARE(history.lastCompression(Duration(29)), std::int64_t{1});
    QCOMPARE(history.lastCompression(Duration(29), RequestId{1}), std::int64_t{0});
    QCOMPARE(history.compression(1)->owner, OwnerId{8});
    QCOMPARE(history.latestOf(OwnerId{7})->compressions, (std::vector<std::int64_t>{0, 2}));
    history.clear();
    QCOMPARE(history.numCompressions(), std::int64_t{0});
    QVERIFY(history.latestOf(OwnerId{7}) == nullptr);
  }

  void textsOfTokensAreFoundByTheirPlace() {
    TokenTexts texts;
    for (const char* token : {"ab", "", "c", "def"}) texts.add(token);
    QCOMPARE(texts.text(), std::string("abcdef"));
    QCOMPARE(texts.textOf(3), std::string_view("def"));
    QCOMPARE(texts.textOf(1), std::string_view(""));
    QCOMPARE(texts.tokenAt(0), 0);
    QCOMPARE(texts.tokenAt(2), 2);
    QCOMPARE(texts.tokenAt(5), 3);
    QCOMPARE(texts.tokenAt(6), 4);
  }
};

QTEST_GUILESS_MAIN(TestMemoryHistory)
#include "tst_memory_history.moc"
