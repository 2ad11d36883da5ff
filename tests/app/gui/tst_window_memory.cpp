// The memory views over the whole program: what they show is what the engine counts, words that went are
// dimmed, and a click tells why.
#include <QComboBox>
#include <QDockWidget>
#include <QPushButton>
#include <QToolButton>
#include <QTreeView>
#include <cmath>

#include "engine/trace/compression_look.h"
#include "engine/trace/trace_file.h"
#include "tests/app/gui/open_window.h"
#include "ui/memory/chat_memory.h"
#include "ui/memory/eviction_panel.h"
#include "ui/memory/head_bands.h"
#include "ui/memory/head_grid.h"
#include "ui/memory/memory_model.h"
#include "ui/memory/memory_panel.h"
#include "ui/memory/score_chart.h"

using namespace zipage;
using namespace zipage::test;

class TestWindowMemory : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    m_profile = std::make_unique<Profile>();
    m_open = std::make_unique<OpenWindow>();
    QTRY_VERIFY_WITH_TIMEOUT(m_open->isReady(), kLoadMs);
    connect(&m_open->application.host(), &EngineHost::metricsChanged, this,
            [this](const EngineMetrics& metrics) { m_metrics = metrics; });
    connect(&m_open->application.host(), &EngineHost::memoryReported, this, [this](const ui::MemoryReport&) {
      // The model has it by now: it was connected first.
      const auto& spans = memory().history().samples().spans();
      if (spans.empty() || memory().history().numDropped() > 0) return;
      ++m_numCompared;
      const MemorySample& sample = spans.back().last;
      if (sample.pagesHeld != m_metrics.pagesHeld || sample.tokensLive != m_metrics.tokensLive ||
          sample.compressions != m_metrics.compressions || sample.tokensEvicted != m_metrics.tokensEvicted ||
          sample.running != m_metrics.running)
        ++m_numDifferent;
    });
    ui::GenerationSettings settings = greedySettings();
    settings.policy = MemoryPolicy::Budget;
    settings.budgetTokens = 128;
    settings.periodTokens = 64;
    m_open->application.chats().changeSettings(0, settings);
    m_open->ask(QString::fromUtf8(kQuestion));
    QTRY_VERIFY_WITH_TIMEOUT(m_open->isAnswered(), kAnswerMs);
  }
  void cleanupTestCase() { m_open.reset(); }

  void theViewsSayWhatTheEngineCounts() {
    QVERIFY(m_numCompared > 10);
    QCOMPARE(m_numDifferent, 0);
    QVERIFY(m_metrics.compressions > 1);
    QCOMPARE(memory().history().numCompressions(), m_metrics.compressions);
    std::int64_t evicted = 0;
    for (std::int64_t number = 0; number < memory().history().numCompressions(); ++number)
      evicted += memory().history().compression(number)->tokensEvicted;
    QCOMPARE(evicted, m_metrics.tokensEvicted);
  }

  void theTextsOfARequestAreThoseOfTheChat() {
    const SequenceTrail* trail =
        memory().history().latestOf(OwnerId{static_cast<std::uint64_t>(m_open->chat())});
    QVERIFY(trail != nullptr);
    const QString text = QString::fromStdString(trail->texts.text());
    QVERIFY(text.contains(QString::fromUtf8(kQuestion)));
    QVERIFY(text.contains(reply().text.left(20)));
  }

  void wordsThatWentAreDimmed() {
    const QImage before = picture();
    action("showShades")->trigger();
    QTRY_VERIFY(picture() != before);
    action("showShades")->trigger();
    QTRY_COMPARE(picture(), before);
  }

  void aWordTellsWhyItWent() {
    action("showShades")->trigger();
    ui::TranscriptView& transcript = m_open->transcript();
    const auto place = static_cast<int>(reply().reasoning.indexOf(QLatin1Char(' ')) + 1);
    Q_EMIT transcript.wordChosen(reply().id, true, place, place + 2);
    const auto* panel = m_open->window().findChild<ui::EvictionPanel*>();
    QTRY_VERIFY(panel->isVisible());
    const CompressionEntry* entry = memory().compression();
    QVERIFY(entry != nullptr && entry->record != nullptr);
    const CompressionLook look(*entry->record);
    const auto* grid = panel->findChild<ui::HeadGrid*>();
    QCOMPARE(grid->numCells(), look.numHeads());
    int numHolding = 0;
    for (int head = 0; head < look.numHeads(); ++head)
      numHolding += isHeld(look.verdict(head, memory().cursor().token()).fate) ? 1 : 0;
    int numFilled = 0;
    for (int head = 0; head < grid->numCells(); ++head) numFilled += grid->cell(head).value == 1.0F ? 1 : 0;
    QCOMPARE(numFilled, numHolding);
    const auto* words = panel->findChild<QLabel*>(QStringLiteral("wordText"));
    QVERIFY2(words->text().contains(QString::number(numHolding)), qPrintable(words->text()));
    QVERIFY(panel->text().contains(QStringLiteral("Layer 1, head 1")));
    std::int64_t kept = 0, evicted = 0;
    for (const ScoreBin& bin : panel->findChild<ui::ScoreChart*>()->histogram().bins)
      kept += bin.kept, evicted += bin.evicted;
    QCOMPARE(evicted, std::int64_t{entry->tokensEvicted} * look.numHeads());
    QVERIFY(kept > 0);
    action("showShades")->trigger();
  }

  // The button of the panel, a word that is chosen, the button under the verdict.
  void aNewUserFindsOutWhyAWordWent() {
    action("showEvictions")->trigger();
    auto* panel = m_open->window().findChild<ui::EvictionPanel*>();
    memory().cursor().reset();
    auto* show = panel->findChild<QPushButton*>(QStringLiteral("showShadesButton"));
    auto* back = panel->findChild<QPushButton*>(QStringLiteral("whereItWent"));
    QTRY_VERIFY(show->isVisible());
    QVERIFY(!back->isVisible());
    show->click();
    QVERIFY(action("showShades")->isChecked());
    QVERIFY(!show->isVisible());
    QTRY_VERIFY(m_open->notice().text().contains(QStringLiteral("struck out")));
    const std::int64_t last = memory().compressionNumber();
    const std::int32_t lost = tokenThatWentBefore(last);
    QVERIFY(lost >= 0);
    memory().cursor().chooseToken(memory().compression()->request, lost);
    QTRY_VERIFY(back->isVisible());
    back->click();
    QVERIFY(memory().compressionNumber() < last);
    const CompressionLook there(*memory().compression()->record);
    int numEvicting = 0;
    for (int head = 0; head < there.numHeads(); ++head)
      numEvicting += there.verdict(head, lost).fate == Fate::Evicted ? 1 : 0;
    QVERIFY(numEvicting > 0);
    const auto* words = panel->findChild<QLabel*>(QStringLiteral("wordText"));
    QTRY_VERIFY2(words->text().contains(QStringLiteral("its score was")), qPrintable(words->text()));
    memory().cursor().reset();
    action("showShades")->trigger();
  }

  void theCountBelowAReplyLeadsToWhatWent() {
    ui::TranscriptView& transcript = m_open->transcript();
    m_open->window().findChild<QDockWidget*>(QStringLiteral("evictionsDock"))->close();
    auto* panel = m_open->window().findChild<ui::EvictionPanel*>();
    QTRY_VERIFY(!panel->isVisible());
    memory().cursor().reset();
    transcript.followTail();
    transcript.renderNow();
    const int row = transcript.numMessages() - 1;
    const auto spot = evictedSpot(row);
    QVERIFY(spot);
    QTest::mouseMove(transcript.viewport(), *spot);
    QTRY_COMPARE(transcript.viewport()->cursor().shape(), Qt::PointingHandCursor);
    QTest::mouseClick(transcript.viewport(), Qt::LeftButton, {}, *spot);
    QTRY_VERIFY(panel->isVisible());
    QCOMPARE(memory().cursor().request(), memory().history().compression(0)->request);
    const auto* title = panel->findChild<QLabel*>(QStringLiteral("compressionTitle"));
    const QString number = QString::number(reply().compressions);
    QTRY_COMPARE(title->text(), QStringLiteral("Compression %1 of %1 of this reply").arg(number));
    QVERIFY(!memory().stepCompression(1));
    QVERIFY(memory().stepCompression(-1000));
    QTRY_COMPARE(title->text(), QStringLiteral("Compression 1 of %1 of this reply").arg(number));
    memory().cursor().reset();
    Q_EMIT transcript.evictionsRequested(-5);  // a reply of which nothing is known
    QTRY_VERIFY(!memory().cursor().request());
  }

  void headsTellWhatTheyHoldOfWhichPartOfTheText() {
    action("showEvictions")->trigger();
    auto* panel = m_open->window().findChild<ui::EvictionPanel*>();
    QTRY_VERIFY(panel->isVisible());
    auto* view = panel->findChild<QComboBox*>();
    auto* bands = panel->findChild<ui::HeadBands*>();
    const CompressionLook look(*memory().compression()->record);
    for (const int index : {1, 2}) {  // along the text, by age
      view->setCurrentIndex(index);
      QTRY_VERIFY(bands->isVisible());
      QVERIFY(!panel->findChild<ui::HeadGrid*>()->isVisible());
      QCOMPARE(bands->numHeads(), look.numHeads());
      double held = 0.0;
      for (int stretch = 0; stretch < bands->numStretches(); ++stretch) {
        const auto [from, to] = bands->tokensOf(stretch);
        held += bands->share({-1, stretch}) * (to - from);
      }
      QCOMPARE(std::lround(held), long{memory().compression()->entriesAfter});
      // Of the newest 32 the last sixteen are protected.
      if (index == 2) QVERIFY(bands->share({-1, bands->numStretches() - 1}) >= 0.5F);
      for (int i = 0; i < 2; ++i) QTest::keyClick(bands, Qt::Key_Down);  // from all heads to the first
      const auto* words = panel->findChild<QLabel*>(QStringLiteral("cellText"));
      QTRY_VERIFY2(words->text().contains(QStringLiteral("Layer 1, head 1")), qPrintable(words->text()));
      QVERIFY(panel->text().contains(QStringLiteral("All heads"), Qt::CaseInsensitive));
    }
    view->setCurrentIndex(0);
    QTRY_VERIFY(!bands->isVisible());
  }

  void anEarlierCompressionIsShownEverywhere() {
    const std::int64_t last = memory().compressionNumber();
    QVERIFY(memory().stepCompression(-1));
    QCOMPARE(memory().compressionNumber(), last - 1);
    const auto* title = m_open->window().findChild<QLabel*>(QStringLiteral("compressionTitle"));
    action("showEvictions")->trigger();
    QTRY_VERIFY(title->text().contains(QString::number(last)));
    memory().cursor().reset();
    QTRY_VERIFY(title->text().contains(QString::number(last + 1)));
  }

  void thePastIsTheSameInAllViews() {
    auto* bar =
        m_open->window().findChild<ui::MemoryPanel*>()->findChild<QWidget*>(QStringLiteral("momentBar"));
    QVERIFY(bar->isHidden());
    const RequestId request = memory().compression()->request;
    for (std::int64_t number = 0; number < 3; ++number) {
      const CompressionEntry& entry = *memory().history().compression(number);
      memory().cursor().goTo(entry.at, request);
      QVERIFY(!bar->isHidden());
      const auto snapshot = memory().snapshot();
      QVERIFY(snapshot && snapshot->sequences.size() == 1);
      QCOMPARE(snapshot->sequences.front().compressions, static_cast<int>(number + 1));
      QCOMPARE(snapshot->sequences.front().physicalTokens, entry.entriesAfter + 1);  // the step has said one
      const SampleSpan* span = memory().history().samples().at(entry.at);
      QVERIFY(span != nullptr);
      QCOMPARE(span->last.compressions, number + 1);
    }
    bar->findChild<QToolButton*>(QStringLiteral("backToNow"))->click();
    QVERIFY(memory().cursor().isLive() && bar->isHidden());
    memory().cursor().reset();
  }

  void whatCameLaterIsPale() {
    action("showShades")->trigger();
    const CompressionEntry& entry = *memory().history().compression(0);
    memory().cursor().goTo(entry.at, entry.request);
    const auto& shades = m_open->window().findChild<ui::ChatMemory*>()->shades();
    const auto isLater = [&](const ui::TextShades& text, int place) {
      return std::any_of(text.begin(), text.end(), [&](const ui::TextShade& shade) {
        return shade.isLater && shade.from <= place && place < shade.to;
      });
    };
    const auto end = static_cast<int>(reply().reasoning.trimmed().size()) - 1;
    QVERIFY(isLater(*shades[reply().id].reasoning, end));
    QVERIFY(!isLater(*shades[reply().id].reasoning, 0));
    QVERIFY(isLater(*shades[reply().id].text, 0));
    memory().cursor().reset();
    QVERIFY(!isLater(*shades[reply().id].reasoning, end));
    action("showShades")->trigger();
  }

  void anotherVersionHasItsOwnMarks() {
    action("showShades")->trigger();
    QTRY_VERIFY(!m_open->transcript().grab().isNull());
    const QImage shaded = picture();
    const auto* title = m_open->window().findChild<QLabel*>(QStringLiteral("compressionTitle"));
    const QString whole = title->text();
    ui::GenerationSettings settings = greedySettings();
    settings.policy = MemoryPolicy::Full;
    m_open->application.chats().changeSettings(m_open->chat(), settings);
    Q_EMIT m_open->window().messageCommanded(m_open->chat(), 0, ui::MessageCommand::Regenerate);
    QTRY_COMPARE(reply().numVersions, 2);
    QTRY_VERIFY_WITH_TIMEOUT(m_open->isAnswered(), kAnswerMs);
    QTRY_COMPARE(title->text(), QStringLiteral("No compression yet"));
    QTRY_VERIFY(picture() != shaded);
    Q_EMIT m_open->window().messageCommanded(m_open->chat(), reply().id, ui::MessageCommand::PreviousVersion);
    QTRY_COMPARE(title->text(), whole);
    QTRY_COMPARE(picture(), shaded);
    action("showShades")->trigger();
    settings.policy = MemoryPolicy::Budget;
    settings.budgetTokens = 128;
    settings.periodTokens = 64;
    m_open->application.chats().changeSettings(m_open->chat(), settings);
  }

  void aTraceIsSavedAndShownAgain() {
    const QString path = m_profile->path(QStringLiteral("a.ziptrace"));
    const std::int64_t numCompressions = memory().history().numCompressions();
    Q_EMIT m_open->window().traceSaveRequested(path);
    QTRY_VERIFY(QFile::exists(path));
    QTRY_VERIFY(m_open->notice().text().contains(path));
    const auto saved = openTrace(path.toStdString());
    QVERIFY2(saved, saved ? "" : saved.error().message.c_str());
    QCOMPARE(saved->history.numCompressions(), numCompressions);
    QVERIFY(saved->facts.names.begin()->second.find("Tom has 14") == 0);
    Q_EMIT m_open->window().traceOpenRequested(path);
    QTRY_VERIFY(memory().isOpened());
    QCOMPARE(memory().history().numCompressions(), numCompressions);
    QVERIFY(memory().compression()->record != nullptr);
    action("closeTrace")->trigger();
    QVERIFY(!memory().isOpened());
    QCOMPARE(memory().history().numCompressions(), numCompressions);
  }

  void whatIsNoTraceIsRefusedAndChangesNothing() {
    const QString path = m_profile->path(QStringLiteral("no.ziptrace"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("chats") == 5);
    file.close();
    Q_EMIT m_open->window().traceOpenRequested(path);
    QTRY_VERIFY(m_open->problem().text().contains(QStringLiteral("cannot be opened")));
    QVERIFY(!memory().isOpened());
  }

  // While the reply is written: from the next compression on every layer and head keeps them.
  void pinnedWordsStayWithEveryHead() {
    const std::int64_t before = memory().history().numCompressions();
    std::int32_t mostPinned = 0;
    QObject::connect(&m_open->application.host(), &EngineHost::snapshotTaken, this,
                     [&](const std::shared_ptr<const CacheSnapshot>& snapshot) {
                       for (const SequenceSnapshot& sequence :
                            snapshot ? snapshot->sequences : std::vector<SequenceSnapshot>())
                         mostPinned = std::max(mostPinned, sequence.pinnedTokens);
                     });
    const std::vector<std::int32_t> pins = {4, 5, 6, 7, 8};
    RequestId request;
    QObject::connect(&m_open->application.host(), &EngineHost::submitted, this,
                     [&](const std::vector<RequestId>& requests) {
                       request = requests.front();
                       Q_EMIT m_open->window().pinsRequested(request, pins);
                     });
    m_open->application.chats().startNewChat();
    Q_EMIT m_open->window().sendRequested(0, QString::fromUtf8(kQuestion), {});
    QTRY_VERIFY_WITH_TIMEOUT(request && !m_open->application.chats().isGenerating(), kAnswerMs);
    QTRY_VERIFY(memory().history().numCompressions() > before);
    const CompressionEntry* entry = memory().history().compression(memory().history().numCompressions() - 1);
    QVERIFY(entry != nullptr && entry->request == request && entry->record != nullptr);
    const CompressionLook look(*entry->record);
    for (int head = 0; head < look.numHeads(); ++head) {
      for (const std::int32_t token : pins)
        QVERIFY2(isHeld(look.verdict(head, token).fate),
                 qPrintable(QStringLiteral("%1 at %2").arg(token).arg(head)));
    }
    QCOMPARE(mostPinned, static_cast<std::int32_t>(pins.size()));
    m_open->application.host().disconnect(this);
  }

  void whatAChatKeepsItKeepsInItsNextReply() {
    ui::TranscriptView& transcript = m_open->transcript();
    std::vector<std::vector<std::int32_t>> told;
    QObject::connect(&m_open->window(), &ui::MainWindow::pinsRequested, this,
                     [&](RequestId, const std::vector<std::int32_t>& tokens) { told.push_back(tokens); });
    const QString word = selectAWordOfTheQuestion(transcript);
    QVERIFY(!word.isEmpty());
    Q_EMIT transcript.keepRequested();
    QCOMPARE(told.size(), std::size_t{0});  // nobody is at work
    // An open trace neither hides the question from whoever asks it, nor the pins from the engine.
    const QString path = m_profile->path(QStringLiteral("before.ziptrace"));
    Q_EMIT m_open->window().traceSaveRequested(path);
    QTRY_VERIFY(m_open->notice().text().contains(path));
    Q_EMIT m_open->window().traceOpenRequested(path);
    QTRY_VERIFY(memory().isOpened());
    m_open->ask(QStringLiteral("And how many is that in all?"));
    QTRY_VERIFY_WITH_TIMEOUT(m_open->isAnswered(), kAnswerMs);
    QCOMPARE(told.size(), std::size_t{1});
    QVERIFY(!told[0].empty());
    QVERIFY(!memory().isOpened());
    const SequenceTrail* trail =
        memory().history().latestOf(OwnerId{static_cast<std::uint64_t>(m_open->chat())});
    QString words;
    for (const std::int32_t token : told[0]) words += memory().textOf(trail->request, token);
    QVERIFY2(words.contains(word), qPrintable(words + QStringLiteral(" without ") + word));
    // The link below an earlier reply marks the words by what was seen when it was written.
    const auto& marks = *m_open->window().findChild<ui::ChatMemory*>();
    action("showShades")->trigger();
    QCOMPARE(marks.request(), trail->request);
    const qint64 firstReply = transcript.layoutOf(1).message().id;
    Q_EMIT transcript.evictionsRequested(firstReply);
    QTRY_COMPARE(marks.request(), memory().writerOf(firstReply));
    QVERIFY(marks.request() != trail->request);
    memory().cursor().reset();
    QCOMPARE(marks.request(), trail->request);
    action("showShades")->trigger();
    Q_EMIT transcript.letGoRequested();
    m_open->ask(QStringLiteral("And then?"));
    QTRY_VERIFY_WITH_TIMEOUT(m_open->isAnswered(), kAnswerMs);
    QCOMPARE(told.size(), std::size_t{1});
    m_open->window().disconnect(this);
  }

 private:
  ui::MemoryModel& memory() { return m_open->window().memory(); }
  ui::MessageItem reply() { return m_open->last(); }
  QAction* action(const char* id) { return m_open->window().findChild<QAction*>(QLatin1String(id)); }
  /// A token that no head holds since before the compression; −1: there is none.
  std::int32_t tokenThatWentBefore(std::int64_t number) {
    const CompressionLook look(*memory().history().compression(number)->record);
    const std::vector<std::uint16_t> before = look.headsBefore();
    const auto found = std::find(before.begin(), before.end(), 0);
    return found == before.end() ? -1 : static_cast<std::int32_t>(found - before.begin());
  }
  /// Where a message says what was evicted, in the viewport.
  std::optional<QPoint> evictedSpot(int row) {
    ui::TranscriptView& transcript = m_open->transcript();
    const QRect rect = transcript.messageRect(row);
    for (int y = rect.bottom(); y > rect.top(); y -= 4) {
      for (int x = 0; x < rect.width(); x += 8) {
        const auto hit = transcript.layoutOf(row).hitAt(QPointF(x, y - rect.top()));
        if (hit.kind == ui::MessageHit::Kind::Evicted) return QPoint(rect.left() + x, y);
      }
    }
    return std::nullopt;
  }
  static QString selectAWordOfTheQuestion(ui::TranscriptView& transcript) {
    const QRect question = transcript.messageRect(0);
    for (int x = question.left() + 40; x < question.right(); x += 20) {
      QTest::mouseDClick(transcript.viewport(), Qt::LeftButton, {}, {x, question.center().y()});
      const auto range = transcript.selectedRange();
      if (range && range->to - range->from > 2)
        return QString::fromUtf8(kQuestion).mid(range->from, range->to - range->from);
    }
    return {};
  }
  /// Of the question.
  QImage picture() {
    const ui::TranscriptView& view = m_open->transcript();
    return view.viewport()->grab(view.messageRect(0)).toImage();
  }

  std::unique_ptr<Profile> m_profile;
  std::unique_ptr<OpenWindow> m_open;
  EngineMetrics m_metrics;
  int m_numCompared = 0;
  int m_numDifferent = 0;
};

QTEST_MAIN(TestWindowMemory)
#include "tst_window_memory.moc"
