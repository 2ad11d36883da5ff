#include "ui/memory/eviction_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/memory/head_bands.h"
#include "ui/memory/head_grid.h"
#include "ui/memory/memory_texts.h"
#include "ui/memory/moment_bar.h"
#include "ui/memory/score_chart.h"
#include "ui/memory/word_verdict.h"
#include "ui/theme/icons.h"

namespace zipage::ui {

namespace {

constexpr int kBins = 40;
constexpr int kStretches = 48;
constexpr int kNewest = 32;               // tokens of the newest stretch
constexpr qsizetype kMostSpotWords = 60;  // characters of a stretch that are shown

QLabel* wrapped(const QString& name, bool isMuted) {
  auto* label = new QLabel;
  label->setObjectName(name);
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  if (isMuted) label->setProperty("tone", "muted");
  return label;
}

QToolButton* stepButton(const QString& words) {
  auto* button = new QToolButton;
  button->setToolTip(words);
  button->setAccessibleName(words);
  button->setIconSize({kSmallIcon, kSmallIcon});
  return button;
}

QString percent(float share) { return QLocale().toString(share * 100.0, 'f', 0) + QStringLiteral(" %"); }

HeadGrid::Cell cellOf(const Verdict& verdict, bool hasScores) {
  HeadGrid::Cell cell;
  cell.value = verdict.fate == Fate::GoneBefore ? 0.0F : isHeld(verdict.fate) ? 1.0F : 0.25F;
  cell.isCrossed = verdict.fate == Fate::Evicted;
  cell.text = fateText(verdict.fate);
  const bool isJudged = verdict.fate == Fate::Evicted || verdict.fate == Fate::ByScore;
  if (isJudged && hasScores)
    cell.text += EvictionPanel::tr(" (score %1, cut %2; attention %3, redundancy %4)")
                     .arg(scoreText(verdict.score), scoreText(verdict.cut), scoreText(verdict.pooled),
                          scoreText(verdict.redundancy));
  return cell;
}

}  // namespace

EvictionPanel::EvictionPanel(MemoryModel& model, QWidget* parent)
    : QWidget(parent),
      m_model(model),
      m_title(new QLabel),
      m_previous(stepButton(tr("Previous compression (Left)"))),
      m_next(stepButton(tr("Next compression (Right)"))),
      m_summary(wrapped(QStringLiteral("compressionSummary"), true)),
      m_openSettings(new QPushButton(tr("Set the memory of this chat"))),
      m_chart(new ScoreChart),
      m_chartText(wrapped(QStringLiteral("chartText"), true)),
      m_wordText(wrapped(QStringLiteral("wordText"), false)),
      m_showShades(new QPushButton(tr("Show it in the transcript"))),
      m_whereItWent(new QPushButton(tr("Go to where it went"))),
      m_view(new QComboBox),
      m_grid(new HeadGrid),
      m_bands(new HeadBands),
      m_cellText(wrapped(QStringLiteral("cellText"), true)) {
  setObjectName(QStringLiteral("evictionPanel"));
  setAttribute(Qt::WA_StyledBackground);
  setFocusPolicy(Qt::ClickFocus);
  m_view->addItem(tr("The chosen word"));
  m_view->addItem(tr("What heads keep, along the text"));
  m_view->addItem(tr("What heads keep, by age"));
  m_view->addItem(tr("How far heads keep the same"));
  m_view->addItem(tr("How old what heads keep is"));
  m_view->setAccessibleName(tr("What layers and heads show"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 8, 16, 16);
  layout->setSpacing(8);
  layout->addWidget(new MomentBar(model));
  makeBar();
  layout->addWidget(m_summary);
  layout->addWidget(m_openSettings, 0, Qt::AlignLeft);
  layout->addWidget(m_chart);
  layout->addWidget(m_chartText);
  layout->addSpacing(8);
  layout->addWidget(m_view);
  layout->addWidget(m_wordText);
  layout->addWidget(m_showShades, 0, Qt::AlignLeft);
  layout->addWidget(m_whereItWent, 0, Qt::AlignLeft);
  layout->addWidget(m_grid);
  layout->addWidget(m_bands);
  layout->addWidget(m_cellText);
  layout->addStretch(1);
  setContextMenuPolicy(Qt::CustomContextMenu);
  connect(this, &QWidget::customContextMenuRequested, this,
          [this](const QPoint& position) { showMenu(mapToGlobal(position)); });
  m_openSettings->setObjectName(QStringLiteral("memorySettingsButton"));
  connect(m_openSettings, &QPushButton::clicked, this, &EvictionPanel::settingsWanted);
  m_showShades->setObjectName(QStringLiteral("showShadesButton"));
  m_whereItWent->setObjectName(QStringLiteral("whereItWent"));
  connect(m_showShades, &QPushButton::clicked, this, &EvictionPanel::shadesWanted);
  connect(m_whereItWent, &QPushButton::clicked, this, &EvictionPanel::goWhereItWent);
  connect(m_view, &QComboBox::currentIndexChanged, this, &EvictionPanel::showCompression);
  connect(m_grid, &HeadGrid::pointed, this, &EvictionPanel::showCell);
  connect(m_bands, &HeadBands::pointed, this, &EvictionPanel::showSpot);
  connect(&m_model, &MemoryModel::changed, this, &EvictionPanel::follow);
  connect(&m_model.cursor(), &MemoryCursor::moved, this, &EvictionPanel::follow);
  connect(&m_model.cursor(), &MemoryCursor::chosen, this, &EvictionPanel::showCompression);
  showCompression();
}

void EvictionPanel::makeBar() {
  auto* bar = new QHBoxLayout;
  bar->setSpacing(2);
  m_title->setObjectName(QStringLiteral("compressionTitle"));
  m_title->setTextFormat(Qt::PlainText);
  bar->addWidget(m_title, 1);
  bar->addWidget(m_previous);
  bar->addWidget(m_next);
  static_cast<QVBoxLayout*>(layout())->addLayout(bar);
  connect(m_previous, &QToolButton::clicked, this, [this] { m_model.stepCompression(-1); });
  connect(m_next, &QToolButton::clicked, this, [this] { m_model.stepCompression(1); });
}

void EvictionPanel::setTheme(const Theme& theme) {
  m_chart->setTheme(theme);
  m_grid->setTheme(theme);
  m_bands->setTheme(theme);
  m_previous->setIcon(lineIcon(QStringLiteral("chevron-left"), theme.text, theme.mutedText));
  m_next->setIcon(lineIcon(QStringLiteral("chevron-right"), theme.text, theme.mutedText));
}

/// Most news is about no new compression.
void EvictionPanel::follow() {
  if (isVisible() && m_model.compressionNumber() != m_number) showCompression();
}

void EvictionPanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  showCompression();
}

void EvictionPanel::showCompression() {
  m_number = m_model.compressionNumber();
  const CompressionEntry* entry = m_model.compression();
  m_previous->setEnabled(m_model.compressionAfter(-1) >= 0);
  m_next->setEnabled(m_model.compressionAfter(1) >= 0);
  const CompressionRecord* record = entry != nullptr ? entry->record.get() : nullptr;
  const bool isWhole = record != nullptr && record->isWhole;
  for (QWidget* part : std::initializer_list<QWidget*>{m_showShades, m_whereItWent}) part->hide();
  m_openSettings->setVisible(entry == nullptr);
  for (QWidget* part :
       std::initializer_list<QWidget*>{m_chart, m_chartText, m_view, m_wordText, m_grid, m_bands, m_cellText})
    part->setVisible(isWhole);
  if (entry == nullptr) {
    m_title->setText(tr("No compression yet"));
    return m_summary->setText(
        tr("A chat keeps every token while there is room. With a bounded memory it keeps to a budget: what "
           "goes then, and why, is shown here."));
  }
  m_title->setText(titleText());
  m_summary->setText(QStringLiteral("“%1”: %2").arg(m_model.nameOf(entry->owner), compressionText(*entry)));
  if (!isWhole)
    return m_summary->setText(m_summary->text() + tr(" Its scores are too long ago to be known."));
  const CompressionLook look(*record);
  const ScoreHistogram histogram = look.histogram(-1, kBins);
  m_chartText->setText(histogram.isKnown
                           ? tr("Scores of all layers and heads: filled ones were kept, hatched ones "
                                "evicted. Each head has a cut of its own; the line is their mean. %1 tokens "
                                "of each stayed whatever their score.")
                                 .arg(countText(histogram.numProtected / std::max(1, look.numHeads())))
                           : tr("This trace holds no scores."));
  m_chart->setHistogram(histogram);
  const int view = m_view->currentIndex();
  const bool isByStretch = view == Position || view == Recency;
  m_grid->setVisible(!isByStretch);
  m_bands->setVisible(isByStretch);
  if (isByStretch) return showBands(*record, look);
  if (view == Word)
    showWord(*record, look);
  else
    showHeads(*record, look);
  showCell(m_grid->current());
}

/// Counted within the reply, which is what "384 evicted" stands below.
QString EvictionPanel::titleText() const {
  const SequenceTrail* trail = m_model.history().trail(m_model.compression()->request);
  if (trail == nullptr) return tr("Compression %1").arg(countText(m_number + 1));
  const auto& numbers = trail->compressions;
  const auto place = std::lower_bound(numbers.begin(), numbers.end(), m_number) - numbers.begin();
  const QString text = trail->request == m_model.subject() ? tr("Compression %1 of %2 of this reply")
                                                           : tr("Compression %1 of %2 of one reply");
  return text.arg(countText(place + 1), countText(static_cast<std::int64_t>(numbers.size())));
}

void EvictionPanel::showWord(const CompressionRecord& record, const CompressionLook& look) {
  const MemoryCursor& cursor = m_model.cursor();
  const CompressionEntry* entry = m_model.compression();
  const bool isHere = cursor.token() >= 0 && cursor.request() == entry->request;
  m_grid->setVisible(isHere);
  m_cellText->setVisible(isHere);
  m_showShades->setVisible(!isHere && !m_areShadesShown);
  if (!isHere)
    return m_wordText->setText(
        m_areShadesShown
            ? tr("Click on a word of the transcript to see what became of it. The paler a word, the fewer "
                 "heads still see it; struck out: none.")
            : tr("The transcript can show what the model still sees. Click on a word there to see why."));
  const WordVerdict word = judgeWord(record, look, cursor.token());
  m_wordText->setText(
      QStringLiteral("“%1”: %2").arg(m_model.wordAround(cursor.request(), cursor.token()), word.reason));
  m_whereItWent->setVisible(word.numGone > 0);
  std::vector<HeadGrid::Cell> cells;
  for (const Verdict& verdict : word.heads) cells.push_back(cellOf(verdict, look.hasScores()));
  m_grid->setCells(record.kvHeads, std::move(cells));
}

void EvictionPanel::setShadesShown(bool shown) {
  m_areShadesShown = shown;
  if (isVisible()) showCompression();
}

/// To the newest compression before this one in which some head evicted the chosen word.
void EvictionPanel::goWhereItWent() {
  const MemoryCursor& cursor = m_model.cursor();
  const MemoryHistory& history = m_model.history();
  for (std::int64_t number = m_number - 1; number >= history.firstCompression(); --number) {
    const CompressionEntry* entry = history.compression(number);
    if (entry == nullptr || entry->request != cursor.request()) continue;
    if (entry->record == nullptr || !entry->record->isWhole) break;
    const CompressionLook look(*entry->record);
    if (judgeWord(*entry->record, look, cursor.token()).numEvicting == 0) continue;
    return m_model.cursor().setMoment(entry->at);
  }
  m_wordText->setText(tr("That compression is too long ago to be known."));
  m_whereItWent->hide();
}

void EvictionPanel::showHeads(const CompressionRecord& record, const CompressionLook& look) {
  const bool isAge = m_view->currentIndex() == Age;
  const std::vector<float> values = isAge ? look.meanAge() : look.agreement();
  m_wordText->setText(
      isAge ? tr("The mean age of what each head keeps: dark is old, up to the beginning of the text.")
            : tr("How much of what each head keeps the others keep as well, in the mean."));
  std::vector<HeadGrid::Cell> cells;
  for (const float value : values)
    cells.push_back({value, false,
                     isAge ? tr("mean age %1 of the text").arg(percent(value))
                           : tr("%1 in common with the others").arg(percent(value))});
  m_grid->setVisible(true);
  m_cellText->setVisible(true);
  m_grid->setCells(record.kvHeads, std::move(cells));
}

void EvictionPanel::showBands(const CompressionRecord& record, const CompressionLook& look) {
  const bool isByAge = m_view->currentIndex() == Recency;
  HeadBands::Bands bands;
  bands.kvHeads = record.kvHeads;
  bands.starts = isByAge ? look.stretchesByAge(kNewest) : look.equalStretches(kStretches);
  bands.end = look.lastToken() + 1;
  bands.shares = look.heldByStretch(bands.starts);
  bands.oldest = tr("first token");
  bands.newest = isByAge ? tr("newest %1").arg(kNewest) : tr("newest token");
  m_wordText->setText(
      isByAge ? tr("How much each head still holds of what is how old: the newest at the right, each column "
                   "to the left twice as far back. The first row is all heads in the mean.")
              : tr("How much each head still holds of which part of the text. The first row is all heads in "
                   "the mean, then a row is a head, layer by layer."));
  m_bands->setBands(std::move(bands));
  m_cellText->setVisible(true);
  showSpot();
}

/// With the first words of the stretch.
void EvictionPanel::showSpot() {
  const CompressionEntry* entry = m_model.compression();
  const HeadBands::Spot spot = m_bands->current();
  if (spot.stretch < 0 || entry == nullptr) return m_cellText->setText(tr("Point at a part of the text."));
  QString words;
  const auto [first, end] = m_bands->tokensOf(spot.stretch);
  for (std::int32_t token = first; token < end && words.size() < kMostSpotWords; ++token)
    words += m_model.textOf(entry->request, token);
  m_cellText->setText(
      tr("%1. It begins “%2”.").arg(m_bands->text(spot), words.simplified().left(kMostSpotWords)));
}

void EvictionPanel::showCell(int head) {
  const CompressionEntry* entry = m_model.compression();
  if (head < 0 || head >= m_grid->numCells() || entry == nullptr || !entry->record)
    return m_cellText->setText(tr("A row is a layer, a column a head. Point at one."));
  m_cellText->setText(
      QStringLiteral("%1: %2").arg(headText(head, entry->record->kvHeads), m_grid->cell(head).text));
}

void EvictionPanel::keyPressEvent(QKeyEvent* event) {
  const int by = event->modifiers().testFlag(Qt::ShiftModifier) ? 100
                 : event->modifiers().testFlag(Qt::AltModifier) ? 10
                                                                : 1;
  if (event->key() == Qt::Key_Left)
    m_model.stepCompression(-by);
  else if (event->key() == Qt::Key_Right)
    m_model.stepCompression(by);
  else
    QWidget::keyPressEvent(event);
}

QString EvictionPanel::text() const {
  QStringList lines{m_title->text(), m_summary->text()};
  if (m_chart->isVisibleTo(this)) lines << m_chart->table();
  if (m_wordText->isVisibleTo(this)) lines << m_wordText->text();
  if (m_grid->isVisibleTo(this)) lines << m_grid->table();
  if (m_bands->isVisibleTo(this)) lines << m_bands->table();
  return lines.join(QLatin1Char('\n'));
}

void EvictionPanel::showMenu(const QPoint& globalPosition) {
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  connect(menu->addAction(tr("Copy all of this in words")), &QAction::triggered, this,
          [this] { QApplication::clipboard()->setText(text()); });
  menu->popup(globalPosition);
}

}  // namespace zipage::ui
