#include "ui/memory/timeline_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QScrollBar>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include "ui/memory/event_model.h"
#include "ui/memory/memory_texts.h"
#include "ui/memory/moment_bar.h"
#include "ui/memory/timeline.h"
#include "ui/theme/icons.h"

namespace zipage::ui {

namespace {

QToolButton* barButton(const QString& words) {
  auto* button = new QToolButton;
  button->setToolTip(words);
  button->setAccessibleName(words);
  button->setIconSize({kSmallIcon, kSmallIcon});
  return button;
}

}  // namespace

TimelinePanel::TimelinePanel(MemoryModel& model, OwnerColors& colors, QWidget* parent)
    : QWidget(parent),
      m_model(model),
      m_timeline(new Timeline(model, colors)),
      m_events(new EventModel(model, colors, this)),
      m_list(new QTreeView),
      m_moment(new QLabel),
      m_previous(barButton(tr("Previous compression (Page Up)"))),
      m_next(barButton(tr("Next compression (Page Down)"))),
      m_now(new QToolButton) {
  setObjectName(QStringLiteral("timelinePanel"));
  setAttribute(Qt::WA_StyledBackground);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 8, 16, 8);
  layout->setSpacing(6);
  layout->addWidget(new MomentBar(model, MomentBar::About::TracesOnly));
  makeBar();
  layout->addWidget(m_timeline, 3);
  makeList();
  layout->addWidget(m_list, 2);
  m_timeline->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(m_timeline, &QWidget::customContextMenuRequested, this,
          [this](const QPoint& position) { showMenu(m_timeline->mapToGlobal(position)); });
  connect(&m_model, &MemoryModel::changed, this, &TimelinePanel::showMoment);
  connect(&m_model.cursor(), &MemoryCursor::moved, this, &TimelinePanel::showMoment);
  showMoment();
}

void TimelinePanel::makeBar() {
  auto* bar = new QHBoxLayout;
  bar->setSpacing(2);
  m_moment->setProperty("tone", "muted");
  m_moment->setObjectName(QStringLiteral("moment"));
  m_now->setText(tr("Now"));
  m_now->setObjectName(QStringLiteral("nowButton"));
  m_now->setToolTip(tr("Follow what is going on (End)"));
  m_now->setCheckable(true);
  bar->addWidget(m_moment, 1);
  bar->addWidget(m_previous);
  bar->addWidget(m_next);
  bar->addWidget(m_now);
  static_cast<QVBoxLayout*>(layout())->addLayout(bar);
  connect(m_previous, &QToolButton::clicked, this, [this] { m_model.stepCompression(-1); });
  connect(m_next, &QToolButton::clicked, this, [this] { m_model.stepCompression(1); });
  connect(m_now, &QToolButton::clicked, this, [this] {
    m_model.cursor().setMoment(std::nullopt);
    showMoment();
  });
}

void TimelinePanel::makeList() {
  m_list->setObjectName(QStringLiteral("memoryEvents"));
  m_list->setAccessibleName(tr("What happened to memory"));
  m_list->setModel(m_events);
  m_list->setRootIsDecorated(false);
  m_list->setUniformRowHeights(true);
  m_list->setHeaderHidden(true);
  m_list->setTextElideMode(Qt::ElideRight);
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_list->setMinimumHeight(48);
  QHeaderView* header = m_list->header();
  header->setStretchLastSection(true);
  header->resizeSection(EventModel::Time, 56);
  header->resizeSection(EventModel::Kind, 122);
  header->resizeSection(EventModel::Chat, 64);
  connect(m_list->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& index) {
            if (!m_isFollowing && index.isValid()) chooseEvent(index.row());
          });
  // Clicking the row that is current already goes there once more.
  connect(m_list, &QTreeView::clicked, this, [this](const QModelIndex& index) { chooseEvent(index.row()); });
}

void TimelinePanel::chooseEvent(int row) {
  const MemoryEvent& event = m_events->at(row);
  m_model.cursor().goTo(event.at, event.request);
}

void TimelinePanel::setTheme(const Theme& theme) {
  m_timeline->setTheme(theme);
  m_events->setTheme(theme);
  m_previous->setIcon(lineIcon(QStringLiteral("chevron-left"), theme.text, theme.mutedText));
  m_next->setIcon(lineIcon(QStringLiteral("chevron-right"), theme.text, theme.mutedText));
}

void TimelinePanel::showMoment() {
  const MemoryHistory& history = m_model.history();
  const auto& spans = history.samples().spans();
  const bool isLive = m_model.cursor().isLive();
  const Duration since = spans.empty() ? Duration::zero() : m_model.shownAt() - spans.front().from;
  QString text = isLive ? tr("Now, %1").arg(momentText(since)) : tr("At %1").arg(momentText(since));
  if (history.numDropped() > 0)
    text +=
        tr(" · %1 samples dropped").arg(QLocale().toString(static_cast<qulonglong>(history.numDropped())));
  if (m_moment->text() != text) m_moment->setText(text);
  m_now->setChecked(isLive);
  m_previous->setEnabled(m_model.compressionNumber() >= history.firstCompression() &&
                         history.numCompressions() > 0);
  m_next->setEnabled(!isLive);
  const int row = m_events->rowAt(m_model.shownAt());
  if (row < 0) return;
  m_isFollowing = true;
  m_list->setCurrentIndex(m_events->index(row, 0));
  m_isFollowing = false;
}

void TimelinePanel::showMenu(const QPoint& globalPosition) {
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  const auto copy = [](const QString& text) { QApplication::clipboard()->setText(text); };
  connect(menu->addAction(tr("Fit everything")), &QAction::triggered, m_timeline, &Timeline::fit);
  menu->addSeparator();
  connect(menu->addAction(tr("Copy this moment in words")), &QAction::triggered, this,
          [this, copy] { copy(m_timeline->sentence()); });
  connect(menu->addAction(tr("Copy the samples as a table")), &QAction::triggered, this,
          [this, copy] { copy(m_timeline->table()); });
  connect(menu->addAction(tr("Copy the events as a table")), &QAction::triggered, this,
          [this, copy] { copy(m_events->table()); });
  menu->popup(globalPosition);
}

}  // namespace zipage::ui
