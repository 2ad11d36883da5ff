// The pages of one sequence, in order, and what becomes of them when a compression moves it.
#include <QTest>

#include "engine/cache/page_allocator.h"
#include "engine/cache/page_table.h"

using namespace zipage;

namespace {

std::vector<PageIndex> indicesOf(const PageTable& table) {
  return {table.indices().begin(), table.indices().end()};
}

void fill(PageTable& table, PageAllocator& pages, int count) {
  for (int i = 0; i < count; ++i) table.append(pages.allocate());
}

}  // namespace

class TestPageTable : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void entriesLieInTheirPagesInOrder() {
    PageAllocator pages(4);
    const PageRef other = pages.allocate();
    PageTable table;
    fill(table, pages, 2);
    QCOMPARE(indicesOf(table), (std::vector<PageIndex>{1, 2}));
    QCOMPARE(table.slotOf(0, 32), 32);
    QCOMPARE(table.slotOf(31, 32), 63);
    QCOMPARE(table.slotOf(32, 32), 64);
  }

  void pagesThatAreNoTargetAreLetGo() {
    PageAllocator pages(5);
    PageTable table;
    fill(table, pages, 4);
    table.retarget(std::vector<PageIndex>{1, 3}, {});
    QCOMPARE(indicesOf(table), (std::vector<PageIndex>{1, 3}));
    QCOMPARE(pages.numFree(), 3);
    QCOMPARE(pages.holders(0), 0);
    QCOMPARE(pages.holders(3), 1);
  }

  void aSharedPageIsReplacedByAFreshOneAndStaysWithItsOtherHolder() {
    PageAllocator pages(3);
    PageTable table;
    PageRef page = pages.allocate();
    PageRef elsewhere = page.share();
    table.append(std::move(page));
    QVERIFY(table.isShared(0));
    std::vector<PageRef> fresh;
    fresh.push_back(pages.allocate());
    table.retarget(std::vector<PageIndex>{1}, std::move(fresh));
    QCOMPARE(indicesOf(table), (std::vector<PageIndex>{1}));
    QCOMPARE(pages.holders(elsewhere.index()), 1);
  }

  void theFirstPagesComeBackFirst() {
    PageAllocator pages(4);
    PageTable table;
    fill(table, pages, 3);
    table.clear();
    QCOMPARE(table.numPages(), 0);
    PageTable again;
    fill(again, pages, 3);
    QCOMPARE(indicesOf(again), (std::vector<PageIndex>{0, 1, 2}));
  }

  void aTableThatGoesGivesItsPagesBack() {
    PageAllocator pages(3);
    {
      PageTable table;
      fill(table, pages, 3);
      QCOMPARE(pages.numFree(), 0);
    }
    QCOMPARE(pages.numFree(), 3);
  }
};

QTEST_GUILESS_MAIN(TestPageTable)
#include "tst_page_table.moc"
