#include "ui/memory/memory_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QTreeView>
#include <QVBoxLayout>

#include "engine/trace/page_contents.h"
#include "ui/memory/forecast.h"
#include "ui/memory/memory_summary.h"
#include "ui/memory/moment_bar.h"
#include "ui/memory/page_legend.h"
#include "ui/memory/page_map.h"
#include "ui/memory/page_words.h"
#include "ui/memory/sequence_model.h"

namespace zipage::ui {

namespace {

constexpr qsizetype kMostWords = 400;      // characters of a page that are shown
constexpr qsizetype kMostFirstWords = 40;  // beside the pointer

}  // namespace

MemoryPanel::MemoryPanel(MemoryModel& model, OwnerColors& colors, QWidget* parent)
    : QWidget(parent),
      m_model(model),
      m_summary(new MemorySummary),
      m_map(new PageMap(colors)),
      m_legend(new PageLegend),
      m_forecast(new QLabel),
      m_words(new QLabel),
      m_empty(new QLabel),
      m_sequences(new SequenceModel(colors, this)),
      m_table(new QTreeView) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 8);
  layout->setSpacing(12);
  m_empty->setObjectName(QStringLiteral("memoryEmpty"));
  m_empty->setWordWrap(true);
  m_empty->setTextFormat(Qt::PlainText);
  m_empty->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_empty->setProperty("tone", "muted");
  makeTable();
  layout->addWidget(new MomentBar(model));
  layout->addWidget(m_summary);
  m_forecast->setObjectName(QStringLiteral("forecast"));
  m_forecast->setTextFormat(Qt::PlainText);
  m_forecast->setWordWrap(true);
  m_forecast->setProperty("tone", "muted");
  m_forecast->hide();
  layout->addWidget(m_forecast);
  layout->addSpacing(4);
  layout->addWidget(m_empty);
  layout->addWidget(m_map, 3);
  layout->addWidget(m_legend);
  m_words->setObjectName(QStringLiteral("pageWords"));
  m_words->setTextFormat(Qt::PlainText);
  m_words->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_words->setWordWrap(true);
  m_words->hide();
  layout->addWidget(m_words);
  layout->addWidget(m_table, 2);
  m_map->setContextMenuPolicy(Qt::CustomContextMenu);
  showEmptyText();
  connect(m_map, &QWidget::customContextMenuRequested, this,
          [this](const QPoint& position) { showMenu(m_map->mapToGlobal(position)); });
  connect(m_map, &PageMap::gridChanged, m_legend, &PageLegend::setPagesPerTile);
  m_map->setWords([this](PageIndex page) { return firstWordsOf(page); });
  connect(m_map, &PageMap::pageChosen, this, &MemoryPanel::choosePage);
  connect(&m_model.cursor(), &MemoryCursor::moved, this, &MemoryPanel::showMoment);
  connect(&m_model, &MemoryModel::openedChanged, this, &MemoryPanel::showMoment);
  connect(&m_model.cursor(), &MemoryCursor::chosen, this, &MemoryPanel::showChosen);
}

void MemoryPanel::makeTable() {
  setObjectName(QStringLiteral("memoryPanel"));
  setAttribute(Qt::WA_StyledBackground);
  m_table->setObjectName(QStringLiteral("sequences"));
  m_table->setAccessibleName(tr("Sequences that hold pages"));
  m_table->setModel(m_sequences);
  m_table->setRootIsDecorated(false);
  m_table->setUniformRowHeights(true);
  m_table->setTextElideMode(Qt::ElideRight);
  m_table->setSelectionMode(QAbstractItemView::NoSelection);
  m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_table->setMinimumHeight(96);
  QHeaderView* header = m_table->header();
  header->setStretchLastSection(false);
  header->setSectionResizeMode(QHeaderView::Fixed);
  header->setSectionResizeMode(SequenceModel::Chat, QHeaderView::Stretch);
  for (int column = SequenceModel::Pages; column < SequenceModel::NumColumns; ++column)
    header->setSectionResizeMode(column, QHeaderView::ResizeToContents);
}

void MemoryPanel::setTheme(const Theme& theme) {
  m_summary->setTheme(theme);
  m_map->setTheme(theme);
  m_legend->setTheme(theme);
  m_sequences->setDark(theme.isDark);
}

void MemoryPanel::setOwnerNames(const OwnerNames& names) {
  m_names = names;
  m_map->setOwnerNames(names);
  m_sequences->setOwnerNames(names);
}

void MemoryPanel::setSnapshot(std::shared_ptr<const CacheSnapshot> snapshot) {
  m_latest = std::move(snapshot);
  if (isNow()) showSnapshot(m_latest);
}

bool MemoryPanel::isNow() const { return m_model.cursor().isLive() && !m_model.isOpened(); }

void MemoryPanel::showMoment() {
  showSnapshot(isNow() ? m_latest : m_model.snapshot());
  const SampleSpan* span = isNow() ? nullptr : m_model.history().samples().at(m_model.shownAt());
  m_summary->setFigures(span == nullptr ? m_figures : figuresOf(span->last));
}

void MemoryPanel::showSnapshot(std::shared_ptr<const CacheSnapshot> snapshot) {
  m_snapshot = snapshot;
  m_empty->setVisible(snapshot == nullptr);
  m_map->setSnapshot(snapshot);
  m_sequences->setSequences(snapshot ? snapshot->sequences : std::vector<SequenceSnapshot>());
  showChosen();
  const QString forecast = snapshot ? forecastText(*snapshot, m_chat) : QString();
  if (forecast != m_forecast->text()) m_forecast->setText(forecast);
  m_forecast->setVisible(!forecast.isEmpty());
  if (!snapshot) return;
  m_summary->setPageSize(snapshot->pageTokens, snapshot->bytesPerPage);
  m_map->setAccessibleDescription(spokenSummary(*snapshot));
}

void MemoryPanel::setRemoteHost(const QString& host) {
  m_remoteHost = host;
  for (QWidget* part : std::initializer_list<QWidget*>{m_summary, m_map, m_legend, m_table})
    part->setVisible(host.isEmpty());
  static_cast<QVBoxLayout*>(layout())->setAlignment(m_empty, host.isEmpty() ? Qt::Alignment() : Qt::AlignTop);
  showEmptyText();
}

void MemoryPanel::setRemoteFacts(const QStringList& lines) {
  m_remoteFacts = lines;
  showEmptyText();
}

void MemoryPanel::showEmptyText() {
  if (m_remoteHost.isEmpty())
    return m_empty->setText(
        tr("No model is open, so there are no pages yet. Open one at the top of the window."));
  const QString unseen =
      tr("This model runs on %1. Which pages it holds, and what it evicts, cannot be seen from here.")
          .arg(m_remoteHost);
  const QString said = m_remoteFacts.isEmpty() ? tr("It tells no figures of its memory.")
                                               : tr("What it says of itself:") + QLatin1Char('\n') +
                                                     m_remoteFacts.join(QLatin1Char('\n'));
  m_empty->setText(unseen + QStringLiteral("\n\n") + said);
}

void MemoryPanel::setChat(OwnerId chat) {
  m_chat = chat;
  showMoment();
}

void MemoryPanel::choosePage(PageIndex page) {
  if (!m_snapshot || page < 0 || page >= static_cast<int>(m_snapshot->pages.size()))
    return m_model.cursor().choosePage(-1, {});
  m_model.cursor().choosePage(page, m_snapshot->pages[static_cast<std::size_t>(page)].request);
}

QString MemoryPanel::firstWordsOf(PageIndex page) const {
  return m_snapshot ? wordsOfPage(m_model, *m_snapshot, page, kMostFirstWords) : QString();
}

/// The words of the chosen page, and the pages of the chosen word.
void MemoryPanel::showChosen() {
  const MemoryCursor& cursor = m_model.cursor();
  const bool hasPage =
      m_snapshot && cursor.page() >= 0 && cursor.page() < static_cast<int>(m_snapshot->pages.size());
  m_map->setChosenPage(hasPage ? cursor.page() : -1);
  std::vector<PageIndex> marked;
  if (m_snapshot && cursor.token() >= 0) {
    for (const PageOfToken& place : pagesOf(m_model.history(), *m_snapshot, cursor.request(), cursor.token()))
      marked.push_back(place.page);
  }
  m_map->setMarkedPages(std::move(marked));
  m_words->setVisible(hasPage);
  if (hasPage) m_words->setText(describePage(m_model, *m_snapshot, cursor.page(), kMostWords));
}

void MemoryPanel::setFigures(const MemoryFigures& figures) {
  m_figures = figures;
  if (isNow()) m_summary->setFigures(figures);
}

void MemoryPanel::showMenu(const QPoint& globalPosition) {
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  QAction* copy = menu->addAction(tr("Copy pages as a table"));
  copy->setEnabled(m_snapshot != nullptr);
  connect(copy, &QAction::triggered, this, &MemoryPanel::copyTable);
  menu->popup(globalPosition);
}

void MemoryPanel::copyTable() {
  if (m_snapshot) QApplication::clipboard()->setText(pagesAsTable(*m_snapshot, m_names));
}

}  // namespace zipage::ui
