#include <QTest>

#include "engine/cache/query_slots.h"

using namespace zipage;

class TestQuerySlots : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aSlotIsHeldByOneAtATime() {
    QuerySlots slots(2);
    const QuerySlot first = slots.acquire();
    QuerySlot second = slots.acquire();
    QVERIFY(first && second);
    QVERIFY(first.index() != second.index());
    QVERIFY(!slots.acquire());
    const int freed = second.index();
    second.release();
    QVERIFY(!second);
    QCOMPARE(second.index(), -1);
    QCOMPARE(slots.acquire().index(), freed);
  }

  void aSlotThatIsMovedIsStillHeldOnce() {
    QuerySlots slots(1);
    QuerySlot first = slots.acquire();
    QuerySlot second = std::move(first);
    QVERIFY(!first && second);
    QCOMPARE(slots.numFree(), 0);
    second = QuerySlot();
    QCOMPARE(slots.numFree(), 1);
  }

  void noneIsAPossibleNumber() { QVERIFY(!QuerySlots(0).acquire()); }
};

QTEST_GUILESS_MAIN(TestQuerySlots)
#include "tst_query_slots.moc"
