#include <QTest>

#include "engine/cache/kv_layout.h"

using namespace zipage;

namespace {

KvLayout smallLayout() { return {4, 2, 6, 64, 32, 16, DataType::F16, DataType::F32}; }

}  // namespace

class TestKvLayout : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aPageWeighsItsKeysValuesPositionsAndScores() {
    const KvLayout layout = smallLayout();
    QCOMPARE(layout.entryBytesPerPage(), std::size_t{4 * 2 * 2 * 32 * 64 * 2});
    QCOMPARE(layout.slotBytesPerPage(), std::size_t{4 * 2 * 32 * 4});
    QCOMPARE(layout.bytesPerPage(), layout.entryBytesPerPage() + 2 * layout.slotBytesPerPage());
    QCOMPARE(layout.bytesPerQuerySlot(), std::size_t{4 * 16 * 6 * 64 * 4});
  }

  void aPageWeighsWhatTheKernelsAddress() {
    const KvLayout layout = smallLayout();
    const PagedKv kv{nullptr, nullptr,        nullptr, layout.type,   layout.numLayers,
                     10,      layout.kvHeads, 32,      layout.headDim};
    QCOMPARE(10 * layout.entryBytesPerPage(), kv.layerBytes() * 4);
    QCOMPARE(10 * layout.slotBytesPerPage(), kv.slotIndex(layout.numLayers, 0, 0) * sizeof(float));
  }

  void aPoolHoldsWholePages() {
    QCOMPARE(*smallLayout().numPages(1), 1);
    QCOMPARE(*smallLayout().numPages(32), 1);
    QCOMPARE(*smallLayout().numPages(33), 2);
    QCOMPARE(pagesFor(0, 32), 0);
  }

  void layoutsThatCannotWorkAreRefused() {
    KvLayout layout = smallLayout();
    QVERIFY(!layout.numPages(0));
    QVERIFY(!layout.numPages(-5));
    QVERIFY(!layout.numPages(std::int64_t{1} << 31));
    layout.pageTokens = 24;
    QVERIFY(layout.numPages(1000).error().message.find("24") != std::string::npos);
    layout.pageTokens = 0;
    QVERIFY(!layout.numPages(1000));
    layout = smallLayout();
    layout.windowTokens = 0;
    QVERIFY(!layout.numPages(1000));
  }
};

QTEST_GUILESS_MAIN(TestKvLayout)
#include "tst_kv_layout.moc"
