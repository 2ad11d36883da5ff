// Pages, their holders, and the order in which they are handed out.
#include <QTest>
#include <vector>

#include "engine/cache/page_allocator.h"

using namespace zipage;

class TestPageAllocator : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aPageIsHeldUntilItsReferenceGoes() {
    PageAllocator pages(2);
    {
      const PageRef page = pages.allocate();
      QVERIFY(page);
      QCOMPARE(pages.holders(page.index()), 1);
      QCOMPARE(pages.numHeld(), 1);
    }
    QCOMPARE(pages.numFree(), 2);
  }

  void anEmptyPoolHandsOutNothing() {
    PageAllocator pages(1);
    const PageRef only = pages.allocate();
    QVERIFY(only);
    QVERIFY(!pages.allocate());
  }

  void sharedPageSurvivesItsFirstOwner() {
    PageAllocator pages(1);
    PageRef first = pages.allocate();
    PageRef second = first.share();
    QVERIFY(first.isShared());
    QCOMPARE(pages.holders(0), 2);
    first.release();
    QVERIFY(!second.isShared());
    QVERIFY(!pages.allocate());
    second.release();
    QVERIFY(pages.allocate());
  }

  void releasingTwiceGivesBackOnce() {
    PageAllocator pages(2);
    PageRef page = pages.allocate();
    page.release();
    page.release();
    QVERIFY(!page);
    QCOMPARE(pages.numFree(), 2);
  }

  void assigningOverAReferenceLetsTheOldPageGo() {
    PageAllocator pages(2);
    PageRef page = pages.allocate();
    page = pages.allocate();
    QCOMPARE(page.index(), 1);
    QCOMPARE(pages.holders(0), 0);
    page = std::move(page);  // onto itself: nothing changes
    QVERIFY(page);
    QCOMPARE(pages.holders(1), 1);
  }

  void theSameCallsGiveTheSamePages() {
    const auto play = [] {
      PageAllocator pages(8);
      std::vector<PageIndex> order;
      std::vector<PageRef> held;
      for (int i = 0; i < 6; ++i) held.push_back(pages.allocate());
      held.erase(held.begin() + 1, held.begin() + 4);
      for (int i = 0; i < 5; ++i) {
        held.push_back(pages.allocate());
        order.push_back(held.back().index());
      }
      return order;
    };
    QCOMPARE(play(), play());
  }

  void whatIsNotNeededStaysUntouched() {
    PageAllocator pages(1000);
    for (int round = 0; round < 50; ++round) {
      const PageRef first = pages.allocate();
      const PageRef second = pages.allocate();
      QVERIFY2(first.index() < 2 && second.index() < 2, "a page given back is used again before a new one");
    }
  }
};

QTEST_GUILESS_MAIN(TestPageAllocator)
#include "tst_page_allocator.moc"
