// What the memory views paint, beside pictures that somebody has looked at; and the keys of the timeline.
#include <QMouseEvent>
#include <QTest>

#include "tests/support/golden_image.h"
#include "tests/ui/snapshots.h"
#include "ui/memory/head_bands.h"
#include "ui/memory/head_grid.h"
#include "ui/memory/page_map.h"
#include "ui/memory/score_chart.h"
#include "ui/memory/timeline.h"

using namespace zipage;
using namespace zipage::ui;
using zipage::test::differenceFromGolden;

namespace {

Duration at(int ms) { return std::chrono::milliseconds(ms); }

/// Three seconds of a pool that fills, is compressed twice, and empties.
void tellStory(MemoryModel& memory) {
  memory.setOwnerNames([](OwnerId) { return QStringLiteral("Apples"); });
  memory.beginSequence(RequestId{1}, OwnerId{1}, {});
  MemoryReport report;
  for (int i = 0; i <= 30; ++i) {
    const int since = i % 12;
    MemorySample sample;
    sample.at = at(100 * i);
    sample.step = static_cast<std::uint64_t>(i);
    sample.pagesTotal = 40;
    sample.pagesHeld = i == 30 ? 0 : 8 + 2 * since;
    sample.tokensLive = 32 * sample.pagesHeld - 10;
    sample.running = i == 30 ? 0 : 1 + i / 20;
    sample.waiting = i / 25;
    sample.tokensPerSecond = 40.0 + 2.0 * since;
    sample.compressions = i / 12;
    report.samples.push_back(sample);
  }
  for (const int ms : {1200, 2400}) {
    SequenceCompressed event;
    event.request = RequestId{1};
    event.entriesBefore = 960;
    event.entriesAfter = 256;
    event.tokensEvicted = 704;
    event.pagesReclaimed = 22;
    report.events.push_back({event, at(ms)});
  }
  memory.take(report);
}

template <typename Widget>
QString painted(Widget& widget, const QString& name) {
  for (const bool isDark : {false, true}) {
    widget.setTheme(isDark ? darkTheme(Qt::blue) : lightTheme(Qt::blue));
    const QString scheme = isDark ? QStringLiteral("-dark") : QStringLiteral("-light");
    QPalette palette = (isDark ? darkTheme(Qt::blue) : lightTheme(Qt::blue)).palette();
    widget.setPalette(palette);
    widget.setAutoFillBackground(true);
    const QString difference = differenceFromGolden(widget.grab().toImage(), name + scheme);
    if (!difference.isEmpty()) return scheme + QStringLiteral(": ") + difference;
  }
  return {};
}

/// Eight heads that hold the end of a text of 160 tokens, and less and less of what lies before.
HeadBands::Bands fadingBands() {
  HeadBands::Bands bands;
  bands.kvHeads = 2;
  bands.starts = {0, 32, 64, 96, 128};
  bands.end = 160;
  for (int head = 0; head < 8; ++head) {
    for (int stretch = 0; stretch < 5; ++stretch)
      bands.shares.push_back(static_cast<float>(stretch * (head + 1)) / 32.0F);
  }
  bands.oldest = QStringLiteral("first token");
  bands.newest = QStringLiteral("newest token");
  return bands;
}

}  // namespace

class TestMemoryPaintings : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void thePageMap() {
    OwnerColors colors;
    PageMap map(colors);
    map.resize(240, 120);
    auto snapshot = snapshotOf("AAAAAAaBBBbCCCCCCCCCc_____AAAA__");
    snapshot->pages[4].state = PageState::Shared;
    snapshot->pages[5].state = PageState::Compressing;
    snapshot->pages[12].state = PageState::PrefixOnly;
    snapshot->pages[13].state = PageState::Swapped;
    map.setSnapshot(snapshot);
    QCOMPARE(painted(map, QStringLiteral("page-map")), QString());
  }

  void theGridOfHeads() {
    HeadGrid grid;
    grid.resize(160, 120);
    std::vector<HeadGrid::Cell> cells;
    for (int head = 0; head < 32; ++head)
      cells.push_back({static_cast<float>(head % 5) / 4.0F, head % 7 == 3, QStringLiteral("head")});
    grid.setCells(4, cells);
    grid.resize(160, grid.sizeHint().height());
    QCOMPARE(painted(grid, QStringLiteral("head-grid")), QString());
  }

  void theBandsOfHeads() {
    HeadBands bands;
    bands.setBands(fadingBands());
    bands.resize(240, bands.sizeHint().height());
    QCOMPARE(painted(bands, QStringLiteral("head-bands")), QString());
  }

  void bandsSayWhatTheyShow() {
    HeadBands bands;
    bands.setBands(fadingBands());
    bands.resize(240, bands.sizeHint().height());
    QCOMPARE(bands.share({-1, 4}), 0.5625F * 1.0F);  // the mean of 4/32, 8/32 … 32/32
    const QPointF place = bands.rectOf({7, 4}).center();
    QMouseEvent moved(QEvent::MouseMove, place, place, Qt::NoButton, {}, {});
    QCoreApplication::sendEvent(&bands, &moved);
    QCOMPARE(bands.current(), (HeadBands::Spot{7, 4}));
    const QString text = bands.text(bands.current());
    for (const char* part : {"Layer 4, head 2", "100 %", "129", "160"})
      QVERIFY2(text.contains(QLatin1String(part)), qPrintable(text));
    QCOMPARE(bands.accessibleDescription(), text);
    QTest::keyClick(&bands, Qt::Key_Up);
    QTest::keyClick(&bands, Qt::Key_Right);  // there is no more
    QCOMPARE(bands.current(), (HeadBands::Spot{6, 4}));
    for (int i = 0; i < 9; ++i) QTest::keyClick(&bands, Qt::Key_Up);
    QTest::keyClick(&bands, Qt::Key_Left);
    QCOMPARE(bands.current(), (HeadBands::Spot{-1, 3}));
    QCOMPARE(bands.table().count(QLatin1Char('\n')), qsizetype{10});
    HeadBands::Bands wider = fadingBands();  // as many cells in half as many rows
    wider.starts = {0, 16, 32, 48, 64, 80, 96, 112, 128, 144};
    bands.setBands(wider);
    QCOMPARE(bands.current(), HeadBands::Spot{});
    bands.setBands({});
    bands.grab();
  }

  void theScores() {
    ScoreChart chart;
    chart.resize(320, 96);
    ScoreHistogram histogram;
    histogram.binWidth = 0.1F;
    histogram.cut = 0.4F;
    for (int bin = 0; bin < 16; ++bin) {
      const std::int64_t count = 60 - 3 * bin;
      histogram.bins.push_back({0.1F * static_cast<float>(bin), bin < 4 ? 0 : count, bin < 4 ? count : 0});
    }
    chart.setHistogram(histogram);
    QCOMPARE(painted(chart, QStringLiteral("score-chart")), QString());
  }

  void theTimeline() {
    MemoryModel memory;
    tellStory(memory);
    OwnerColors colors;
    Timeline timeline(memory, colors);
    timeline.resize(360, 190);
    memory.cursor().setMoment(at(1500));
    QCOMPARE(painted(timeline, QStringLiteral("timeline")), QString());
  }

  void aChangedPictureIsNoticed() {
    if (qEnvironmentVariableIsSet("ZIPAGE_WRITE_GOLDEN")) QSKIP("pictures are being written");
    QImage blank(320, 96, QImage::Format_RGB32);
    blank.fill(Qt::white);
    QVERIFY(!differenceFromGolden(blank, QStringLiteral("score-chart-light")).isEmpty());
    QVERIFY(!differenceFromGolden(blank, QStringLiteral("head-grid-light")).isEmpty());
  }

  void keysMoveTheTimelinesCursor() {
    MemoryModel memory;
    tellStory(memory);
    OwnerColors colors;
    Timeline timeline(memory, colors);
    timeline.resize(360, 190);
    const auto press = [&](Qt::Key key) {
      QTest::keyClick(&timeline, key);
      return memory.cursor().moment();
    };
    QVERIFY(memory.cursor().isLive());
    QCOMPARE(press(Qt::Key_Home), std::optional(at(0)));
    QCOMPARE(press(Qt::Key_Right), std::optional(at(100)));
    QCOMPARE(press(Qt::Key_PageDown), std::optional(at(1200)));
    QCOMPARE(press(Qt::Key_PageDown), std::optional(at(2400)));
    QCOMPARE(press(Qt::Key_PageUp), std::optional(at(1200)));
    QCOMPARE(press(Qt::Key_Left), std::optional(at(1100)));
    QCOMPARE(press(Qt::Key_Right), std::optional(at(1200)));
    QCOMPARE(press(Qt::Key_Right), std::optional(at(1300)));
    QCOMPARE(press(Qt::Key_PageUp), std::optional(at(1200)));  // the one that is shown
    QVERIFY2(timeline.sentence().contains(QStringLiteral("8")), qPrintable(timeline.sentence()));
    QVERIFY(timeline.isFitted());
    press(Qt::Key_Plus);
    QVERIFY(!timeline.isFitted());
    press(Qt::Key_0);
    QVERIFY(timeline.isFitted());
    QCOMPARE(press(Qt::Key_End), std::optional<Duration>());
  }
};

QTEST_MAIN(TestMemoryPaintings)
#include "tst_memory_paintings.moc"
