#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QImage>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>
#include <random>

#include "tests/ui/snapshots.h"
#include "ui/memory/page_map.h"
#include "ui/memory/page_words.h"
#include "ui/memory/sequence_model.h"

using namespace zipage;
using namespace zipage::ui;

class TestPageMap : public QObject {
  Q_OBJECT

 private:
  OwnerColors m_colors;
  std::unique_ptr<PageMap> m_map;

  QColor colorAt(int tile, const QPoint& offset) const {
    return m_map->grab().toImage().pixelColor(m_map->grid().rectOf(tile).topLeft() + offset);
  }

 private Q_SLOTS:
  void init() {
    m_map = std::make_unique<PageMap>(m_colors);
    m_map->resize(368, 240);
    m_map->setTheme(lightTheme(Qt::blue));
    m_map->setOwnerNames(
        [](OwnerId owner) { return owner.value == 1 ? QStringLiteral("Apples") : QString(); });
  }

  void onlyWhatChangedIsDrawnAgain() {
    m_map->setSnapshot(snapshotOf("AAB_"));
    const int drawnBefore = m_map->numTilesDrawn();
    m_map->setSnapshot(snapshotOf("AAB_"));
    QCOMPARE(m_map->numTilesDrawn(), drawnBefore);
    m_map->setSnapshot(snapshotOf("AABb"));
    QCOMPARE(m_map->numTilesDrawn(), drawnBefore + 1);
  }

  void aPageHasTheColourOfItsOwnerAsHighAsItIsFull() {
    m_map->setSnapshot(snapshotOf("Aa_"));
    const QColor owner = m_colors.colorOf(OwnerId{1}, false);
    const int bottom = m_map->grid().rectOf(0).height() - 1;
    QCOMPARE(colorAt(0, {1, 1}), owner);
    QVERIFY(colorAt(1, {1, 1}) != owner);
    QCOMPARE(colorAt(1, {1, bottom}), owner);
    QVERIFY(colorAt(2, {1, bottom}) != owner);
  }

  void statesDifferWithinOneColour() {
    auto snapshot = snapshotOf("AAAAA");
    snapshot->pages[1].state = PageState::Shared;
    snapshot->pages[2].state = PageState::PrefixOnly;
    snapshot->pages[3].state = PageState::Compressing;
    snapshot->pages[4].state = PageState::Swapped;
    m_map->setSnapshot(snapshot);
    const QImage image = m_map->grab().toImage();
    for (int i = 0; i < 5; ++i) {
      for (int j = 0; j < i; ++j)
        QVERIFY(image.copy(m_map->grid().rectOf(i)) != image.copy(m_map->grid().rectOf(j)));
    }
  }

  void aPageIsDescribedInWords() {
    m_map->setSnapshot(snapshotOf("Ab_"));
    QVERIFY(m_map->describe(0).contains(QStringLiteral("Apples")));
    QVERIFY(m_map->describe(0).contains(QStringLiteral("16 of 16 tokens live")));
    QVERIFY(m_map->describe(1).contains(QStringLiteral("8 of 16 tokens live")));
    QVERIFY(m_map->describe(2).contains(stateName(PageState::Free)));
    QVERIFY(m_map->describe(-1).isEmpty());
  }

  void aTileOfManyPagesTellsTheirSum() {
    m_map->setSnapshot(snapshotOf(std::string(30000, 'A')));
    QVERIFY(m_map->grid().pagesPerTile > 1);
    QVERIFY(m_map->describe(0).contains(QStringLiteral("pages held")));
    CacheSnapshot snapshot = *snapshotOf(std::string(30000, 'A'));
    const int pages = m_map->grid().pagesPerTile;
    snapshot.pages[1].state = PageState::PrefixOnly;
    m_map->setSnapshot(std::make_shared<CacheSnapshot>(snapshot));
    const QString words = m_map->describe(0);
    QVERIFY(words.contains(QStringLiteral("%1 of %2 pages held").arg(pages - 1).arg(pages)));
    QVERIFY(words.contains(QStringLiteral("1 with nothing but a prefix")));
  }

  void tellsWhenTilesStandForMorePages() {
    QSignalSpy changed(m_map.get(), &PageMap::gridChanged);
    m_map->setSnapshot(snapshotOf(std::string(30000, 'A')));
    QCOMPARE(changed.count(), 1);
    m_map->setSnapshot(nullptr);
    QCOMPARE(changed.count(), 2);
    QVERIFY(m_map->describe(0).isEmpty());
  }

  void keysWalkThePages() {
    m_map->setSnapshot(snapshotOf(std::string(200, 'A')));
    m_map->show();
    m_map->setFocus();
    QTest::keyClick(m_map.get(), Qt::Key_Home);
    QTest::keyClick(m_map.get(), Qt::Key_Right);
    QTest::keyClick(m_map.get(), Qt::Key_Right, Qt::AltModifier);
    QCOMPARE(m_map->cursorTile(), 11);
    QTest::keyClick(m_map.get(), Qt::Key_Right, Qt::ShiftModifier);
    QCOMPARE(m_map->cursorTile(), 111);
    QVERIFY(m_map->accessibleDescription().startsWith(QStringLiteral("Page 111")));
    QTest::keyClick(m_map.get(), Qt::Key_Right, Qt::ShiftModifier);
    QCOMPARE(m_map->cursorTile(), 199);
    m_map->setSnapshot(snapshotOf("AB"));
    QCOMPARE(m_map->cursorTile(), 1);
  }

  void aSmallerPoolDoesNotKeepOldTiles() {
    m_map->setSnapshot(snapshotOf(std::string(300, 'A')));
    m_map->setSnapshot(snapshotOf("AB"));
    QCOMPARE(m_map->grid().numTiles, 2);
  }

  // 100,000 pages, of which a few hundred change between two frames, as in a pool at work.
  void aHugePoolIsDrawnThirtyTimesASecond() {
    constexpr int kPages = 100'000, kFrames = 40, kChanges = 400;
    constexpr double kFrameMs = 1000.0 / 30.0;
    std::string pages(kPages, '_');
    std::mt19937 random(1);
    m_map->resize(368, 480);
    m_map->setSnapshot(snapshotOf(pages));
    QImage image(m_map->size(), QImage::Format_ARGB32_Premultiplied);
    std::vector<double> times;
    for (int frame = 0; frame < kFrames; ++frame) {
      for (int change = 0; change < kChanges; ++change) pages[random() % kPages] = "AaBbC_"[random() % 6];
      const auto snapshot = snapshotOf(pages);
      QElapsedTimer time;
      time.start();
      m_map->setSnapshot(snapshot);
      m_map->render(&image);
      times.push_back(static_cast<double>(time.nsecsElapsed()) / 1e6);
    }
    std::sort(times.begin(), times.end());
    qInfo("100,000 pages: %.1f ms a frame in the middle, %.1f at 95 %%", times[kFrames / 2],
          times[kFrames * 95 / 100]);
    QVERIFY(times[kFrames / 2] < kFrameMs);
  }

  void sequencesAreATable() {
    SequenceModel model(m_colors);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setSequences(snapshotOf("AAB")->sequences);
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0, SequenceModel::Pages).data().toString(), QStringLiteral("2"));
    model.setSequences(snapshotOf("AABC")->sequences);
    QCOMPARE(model.rowCount(), 3);
    model.setSequences({});
    QCOMPARE(model.rowCount(), 0);
  }

  void theTableOfPagesHasALinePerPage() {
    const QString table = pagesAsTable(*snapshotOf("Ab_"), [](OwnerId) { return QStringLiteral("a\tb\nc"); });
    QCOMPARE(table.count(QLatin1Char('\n')), 4);
    for (const QString& line : table.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
      QCOMPARE(line.count(QLatin1Char('\t')), 6);
    }
  }
};

QTEST_MAIN(TestPageMap)
#include "tst_page_map.moc"
