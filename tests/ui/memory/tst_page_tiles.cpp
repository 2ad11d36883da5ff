#include <QTest>

#include "tests/ui/snapshots.h"
#include "ui/memory/page_tiles.h"

using namespace zipage;
using namespace zipage::ui;

class TestPageTiles : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyPageFits_data() {
    QTest::addColumn<int>("numPages");
    for (const int numPages : {0, 1, 31, 257, 5000, 20000, 1000003})
      QTest::addRow("%d pages", numPages) << numPages;
  }

  void everyPageFits() {
    QFETCH(int, numPages);
    const QSize area(368, 240);
    const TileGrid grid = gridFor(numPages, area);
    QVERIFY(grid.height() <= area.height());
    QVERIFY(grid.columns * grid.tileSize <= area.width());
    QVERIFY(qint64{grid.numTiles} * grid.pagesPerTile >= numPages);
    QVERIFY(numPages == 0 || qint64{grid.numTiles - 1} * grid.pagesPerTile < numPages);
  }

  void fewPagesHaveATileEach() { QCOMPARE(gridFor(257, {368, 240}).pagesPerTile, 1); }

  void manyPagesShareTiles() { QVERIFY(gridFor(20000, {368, 240}).pagesPerTile > 1); }

  void everyTileIsFoundAtItsPlace() {
    const TileGrid grid = gridFor(257, {368, 240});
    for (int tile = 0; tile < grid.numTiles; ++tile) {
      QCOMPARE(grid.tileAt(grid.rectOf(tile).center()), tile);
      QCOMPARE(grid.tileAt(grid.rectOf(tile).topLeft()), tile);
    }
  }

  void betweenAndBeyondTilesIsNothing() {
    const TileGrid grid = gridFor(3, {368, 240});
    QCOMPARE(grid.tileAt(grid.rectOf(0).bottomRight() + QPoint(1, 0)), -1);
    QCOMPARE(grid.tileAt({-1, 0}), -1);
    QCOMPARE(grid.tileAt({367, 0}), -1);
    QCOMPARE(grid.tileAt({0, 239}), -1);
  }

  void aTileHasOwnerStateAndLevelOfItsPage() {
    const auto tiles = tilesOf(*snapshotOf("Ab_"), 1);
    QCOMPARE(tiles.size(), std::size_t{3});
    QVERIFY((tiles[0] == Tile{PageState::Held, OwnerId{1}, 255}));
    QVERIFY((tiles[1] == Tile{PageState::Held, OwnerId{2}, 127}));
    QVERIFY((tiles[2] == Tile{}));
  }

  void aTileOfSeveralPagesIsOfTheOwnerOfMost() {
    const auto tiles = tilesOf(*snapshotOf("ABB_A"), 4);
    QCOMPARE(tiles.size(), std::size_t{2});
    QCOMPARE(tiles[0].owner.value, std::uint64_t{2});
    QCOMPARE(tiles[0].fill, 191);
    QCOMPARE(tiles[1].owner.value, std::uint64_t{1});
    QCOMPARE(tiles[1].fill, 255);
  }

  void aCompressionShowsAmongManyPages() {
    auto snapshot = snapshotOf("AAAA");
    snapshot->pages[2].state = PageState::Compressing;
    QVERIFY(tilesOf(*snapshot, 4)[0].state == PageState::Compressing);
  }

  void compressedTilesAreThoseThatLostTokens() {
    const auto before = snapshotOf("AAB");
    const auto after = snapshotOf("A_B");
    after->sequences[0].compressions = 1;
    QCOMPARE(compressedTiles(*before, *after, 1), std::vector<int>({1}));
    QVERIFY(compressedTiles(*before, *before, 1).empty());
  }

  void aFinishedRequestIsNotACompression() {
    QVERIFY(compressedTiles(*snapshotOf("AAB"), *snapshotOf("__B"), 1).empty());
  }
};

QTEST_MAIN(TestPageTiles)
#include "tst_page_tiles.moc"
