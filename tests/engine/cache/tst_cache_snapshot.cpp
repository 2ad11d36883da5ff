#include <QTest>

#include "engine/cache/cache_snapshot_builder.h"

using namespace zipage;

namespace {

SequenceSnapshot sequenceOf(std::uint64_t request, int physical) {
  SequenceSnapshot sequence;
  sequence.request = RequestId{request};
  sequence.owner = OwnerId{request + 100};
  sequence.physicalTokens = physical;
  return sequence;
}

}  // namespace

class TestCacheSnapshot : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyPageSaysWhoHoldsItAndHowFullItIs() {
    PageAllocator pages(4);
    PageTable table;
    table.append(pages.allocate());
    table.append(pages.allocate());
    CacheSnapshotBuilder builder(pages, 16, 1000, 7);
    builder.add(sequenceOf(1, 20), table);
    const auto snapshot = std::move(builder).build();

    QCOMPARE(snapshot->step, std::uint64_t{7});
    QCOMPARE(snapshot->pages.size(), std::size_t{4});
    QCOMPARE(snapshot->pages[0].state, PageState::Held);
    QCOMPARE(snapshot->pages[0].owner, OwnerId{101});
    QCOMPARE(snapshot->pages[0].tokensLive, std::uint16_t{16});
    QCOMPARE(snapshot->pages[1].tokensLive, std::uint16_t{4});
    QCOMPARE(snapshot->pages[1].tableIndex, 1);
    QCOMPARE(snapshot->pages[2].state, PageState::Free);
    QCOMPARE(snapshot->pagesHeld, 2);
    QCOMPARE(snapshot->tokensLive, std::int64_t{20});
    QCOMPARE(snapshot->sequences.size(), std::size_t{1});
    QCOMPARE(snapshot->sequences[0].pagesHeld, 2);
  }

  void aSharedPageNamesAllItsHoldersAndCountsOnce() {
    PageAllocator pages(3);
    PageTable older, younger;
    PageRef page = pages.allocate();
    younger.append(page.share());
    older.append(std::move(page));
    younger.append(pages.allocate());
    CacheSnapshotBuilder builder(pages, 16, 1000, 1);
    builder.add(sequenceOf(1, 16), older);
    builder.add(sequenceOf(2, 18), younger);
    const auto snapshot = std::move(builder).build();

    QCOMPARE(snapshot->pages[0].state, PageState::Shared);
    QCOMPARE(snapshot->pages[0].holders, std::uint16_t{2});
    QCOMPARE(snapshot->pages[0].request, RequestId{1});
    QCOMPARE(snapshot->tokensLive, std::int64_t{18});
    QCOMPARE(snapshot->pagesHeld, 2);
    const auto holders = snapshot->holdersOf(0);
    QCOMPARE(holders.size(), std::size_t{2});
    QCOMPARE(holders[0].request, RequestId{1});
    QCOMPARE(holders[0].owner, OwnerId{101});
    QCOMPARE(holders[1].request, RequestId{2});
    QCOMPARE(holders[1].tableIndex, 0);
    QCOMPARE(snapshot->holdersOf(1).size(), std::size_t{1});
    QCOMPARE(snapshot->holdersOf(1)[0].tableIndex, 1);
    QVERIFY(snapshot->holdersOf(2).empty());
  }

  void aPageThatACompressionFillsBelongsToWhomItIsFor() {
    PageAllocator pages(4);
    PageTable table;
    table.append(pages.allocate());
    table.append(pages.allocate());
    const PageRef fresh = pages.allocate();
    CacheSnapshotBuilder builder(pages, 16, 1000, 1);
    SequenceSnapshot sequence = sequenceOf(1, 32);
    sequence.state = SequenceState::Compressing;
    const PageIndex filling[] = {fresh.index()};
    builder.add(sequence, table, filling);
    const auto snapshot = std::move(builder).build();

    const PageSnapshot& page = snapshot->pages[static_cast<std::size_t>(fresh.index())];
    QCOMPARE(page.state, PageState::Compressing);
    QCOMPARE(page.request, RequestId{1});
    QCOMPARE(page.tokensLive, std::uint16_t{0});
    QCOMPARE(snapshot->holdersOf(fresh.index())[0].tableIndex, -1);
    QCOMPARE(snapshot->pages[0].state, PageState::Compressing);
    QCOMPARE(snapshot->sequences[0].pagesHeld, 2);
    QCOMPARE(snapshot->pagesHeld, 3);
    QCOMPARE(snapshot->tokensLive, std::int64_t{32});
  }

  void whoeverHoldsNothingIsLeftOut() {
    PageAllocator pages(2);
    CacheSnapshotBuilder builder(pages, 16, 1000, 1);
    builder.add(sequenceOf(1, 0), PageTable());
    QVERIFY(std::move(builder).build()->sequences.empty());
  }
};

QTEST_GUILESS_MAIN(TestCacheSnapshot)
#include "tst_cache_snapshot.moc"
