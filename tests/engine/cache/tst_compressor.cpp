// Which pages a compression reads and writes, and what it must keep. Pages are 4 tokens here, the window 2.
#include <QTest>
#include <algorithm>

#include "engine/cache/compressor.h"

using namespace zipage;

namespace {

constexpr int kPageTokens = 4;
constexpr int kWindow = 2;

/// A sequence of numPages full pages; those at `shared` have a second holder.
struct Fixture {
  explicit Fixture(int poolPages, int numPages, std::vector<int> shared = {}) : pages(poolPages) {
    settings.budgetTokens = 8;
    settings.periodTokens = 4;
    for (int i = 0; i < numPages; ++i) {
      PageRef page = pages.allocate();
      if (std::count(shared.begin(), shared.end(), i) > 0) others.push_back(page.share());
      table.append(std::move(page));
    }
  }

  CompressionSource source() {
    const int n = table.numPages() * kPageTokens;
    return {table, settings, n, numScored, 3, windowRows, 40, 5, 99};
  }
  PlannedCompression plan() { return Compressor(pages, kPageTokens, kWindow).plan(source()); }
  int freshNeeded() { return Compressor(pages, kPageTokens, kWindow).freshPagesNeeded(source()); }

  int numKeptAtTheEnd() {
    const std::vector<std::uint8_t> kept = plan().plan.protectedEntries;
    return static_cast<int>(std::find(kept.rbegin(), kept.rend(), 0) - kept.rbegin());
  }

  PageAllocator pages;
  std::vector<PageRef> others;
  PageTable table;
  CompressionSettings settings;
  int numScored = 0;
  int windowRows = kWindow;
};

using Pages = std::vector<PageIndex>;

}  // namespace

class TestCompressor : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void pagesNobodyElseHoldsAreTargetsInOrder() {
    Fixture f(8, 3);
    QCOMPARE(f.freshNeeded(), 0);
    const PlannedCompression planned = f.plan();
    QCOMPARE(planned.plan.sourcePages, (Pages{0, 1, 2}));
    QCOMPARE(planned.plan.targetPages, (Pages{0, 1}));
    QVERIFY(planned.freshPages.empty());
    QCOMPARE(f.pages.numHeld(), 3);
  }

  void aSharedPageIsReadButNeverWritten() {
    for (const int shared : {0, 1, 2}) {  // leading, in the middle, last
      Fixture f(8, 3, {shared});
      QCOMPARE(f.freshNeeded(), 0);
      const PlannedCompression planned = f.plan();
      QCOMPARE(planned.plan.sourcePages, (Pages{0, 1, 2}));
      QCOMPARE(std::count(planned.plan.targetPages.begin(), planned.plan.targetPages.end(), shared), 0);
      QCOMPARE(planned.plan.targetPages.size(), std::size_t{2});
    }
  }

  void aFreshPageStandsInForSharedOnes() {
    Fixture f(8, 3, {0, 2});
    QCOMPARE(f.freshNeeded(), 1);
    const PlannedCompression planned = f.plan();
    QCOMPARE(planned.plan.targetPages, (Pages{1, 3}));
    QCOMPARE(planned.freshPages.size(), std::size_t{1});
  }

  void onlyPlansThatOverwriteWhatHasMovedAreAscending() {
    QVERIFY(Fixture(8, 3).plan().plan.isAscending());
    QVERIFY(Fixture(8, 3, {2}).plan().plan.isAscending());
    QVERIFY(!Fixture(8, 3, {0}).plan().plan.isAscending());  // page 1 would take what page 0 holds
    QVERIFY(!Fixture(8, 3, {0, 2}).plan().plan.isAscending());
    QVERIFY(Fixture(8, 3, {0, 1, 2}).plan().plan.isAscending());  // fresh pages alone
  }

  void allPagesMayBeShared() {
    Fixture f(8, 3, {0, 1, 2});
    QCOMPARE(f.freshNeeded(), 2);
    PlannedCompression planned = f.plan();
    QCOMPARE(planned.plan.targetPages, (Pages{3, 4}));
    f.table.retarget(planned.plan.targetPages, std::move(planned.freshPages));
    QCOMPARE(f.pages.numHeld(), 5);
    for (const PageRef& other : f.others) QVERIFY(!other.isShared());
  }

  void theBooksTravelWithThePlan() {
    Fixture f(8, 3);
    f.numScored = 8;
    const CompressionPlan plan = f.plan().plan;
    QCOMPARE(plan.numEntries, 12);
    QCOMPARE(plan.keep, 8);
    QCOMPARE(plan.numScored, 8);
    QVERIFY(!plan.isFirst);
    QCOMPARE(plan.querySlot, 3);
    QCOMPARE(plan.lastPosition, 40);
    QCOMPARE(plan.seed, std::uint64_t{99});
    f.numScored = 0;
    QVERIFY(f.plan().plan.isFirst);
  }

  void theWindowIsAlwaysKept() {
    Fixture f(8, 3);
    QCOMPARE(f.plan().plan.protectedEntries, (std::vector<std::uint8_t>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1}));
  }

  void theNewestAreKeptUpToAQuarterOfTheBudget() {
    Fixture f(16, 5);
    f.settings.budgetTokens = 16;
    f.settings.recentTokens = 3;
    QCOMPARE(f.numKeptAtTheEnd(), 3);
    f.settings.recentTokens = 64;
    QCOMPARE(f.numKeptAtTheEnd(), 4);
    f.settings.recentTokens = 0;
    QCOMPARE(f.numKeptAtTheEnd(), 2);  // the window
  }

  void sinksAreKeptWhenAskedFor() {
    Fixture f(8, 3);
    f.settings.sinkTokens = 3;
    QCOMPARE(f.plan().plan.protectedEntries, (std::vector<std::uint8_t>{1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1}));
  }

  void thePromptIsKeptWhenAskedFor() {
    Fixture f(8, 3);
    f.settings.protectPrompt = true;
    f.settings.sinkTokens = 1;
    QCOMPARE(f.plan().plan.protectedEntries, (std::vector<std::uint8_t>{1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1}));
  }
};

QTEST_GUILESS_MAIN(TestCompressor)
#include "tst_compressor.moc"
