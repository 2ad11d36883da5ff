#include "ui/window/inspector.h"

#include <QAction>
#include <QDockWidget>
#include <QMainWindow>
#include <QScrollArea>
#include <QTabBar>
#include <QTimer>
#include <algorithm>
#include <utility>

#include "ui/generation/generation_panel.h"
#include "ui/memory/eviction_panel.h"
#include "ui/memory/memory_panel.h"
#include "ui/memory/timeline_panel.h"
#include "ui/window/dock_title.h"

namespace zipage::ui {

namespace {

constexpr int kMinimumWidth = 320;

QScrollArea* scrolling(QWidget* content) {
  auto* scroll = new QScrollArea;
  scroll->setObjectName(content->objectName() + QStringLiteral("Scroll"));
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);
  scroll->setWidget(content);
  return scroll;
}

}  // namespace

Inspector::Inspector(MemoryModel& memory, OwnerColors& colors, QMainWindow& window)
    : QObject(&window),
      m_window(window),
      m_memory(new MemoryPanel(memory, colors)),
      m_timeline(new TimelinePanel(memory, colors)),
      m_evictions(new EvictionPanel(memory)),
      m_generation(new GenerationPanel) {
  setObjectName(QStringLiteral("inspector"));
  connect(m_evictions, &EvictionPanel::settingsWanted, this, &Inspector::showGeneration);
  m_docks.append(addDock(QStringLiteral("memoryDock"), tr("Memory"), m_memory));
  m_docks.append(addDock(QStringLiteral("timelineDock"), tr("Timeline"), m_timeline));
  m_docks.append(addDock(QStringLiteral("evictionsDock"), tr("Evictions"), scrolling(m_evictions)));
  m_docks.append(addDock(QStringLiteral("generationDock"), tr("Settings"), scrolling(m_generation)));
  arrange();
  for (qsizetype index = 0; index + 1 < m_docks.size(); ++index) {
    connect(m_docks[index], &QDockWidget::visibilityChanged, this, [this, index](bool visible) {
      if (visible)
        m_seen.insert(index);
      else
        m_seen.remove(index);
      if (std::exchange(m_wasWatched, !m_seen.isEmpty()) == m_seen.isEmpty())
        Q_EMIT memoryWatched(!m_seen.isEmpty());
    });
  }
}

Inspector::~Inspector() { qDeleteAll(m_docks); }

QDockWidget* Inspector::addDock(const QString& name, const QString& title, QWidget* content) {
  auto* dock = new QDockWidget(title, &m_window);
  dock->setObjectName(name);
  dock->setMinimumWidth(kMinimumWidth);
  dock->setWidget(content);
  auto* titleBar = new DockTitle(*dock);
  dock->setTitleBarWidget(titleBar);
  m_titles.append(titleBar);
  // Docks tell of a change before they have settled in their new place.
  const auto later = [this] { QTimer::singleShot(0, this, &Inspector::noticeDocks); };
  connect(dock, &QDockWidget::dockLocationChanged, this, later);
  connect(dock, &QDockWidget::topLevelChanged, this, later);
  connect(dock->toggleViewAction(), &QAction::toggled, this, later);
  return dock;
}

void Inspector::arrange() {
  m_window.setDockOptions(QMainWindow::AnimatedDocks | QMainWindow::AllowNestedDocks |
                          QMainWindow::AllowTabbedDocks | QMainWindow::GroupedDragging);
  m_window.setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
  m_window.addDockWidget(Qt::RightDockWidgetArea, m_docks.constFirst());
  for (qsizetype index = 1; index < m_docks.size(); ++index) {
    m_window.tabifyDockWidget(m_docks[index - 1], m_docks[index]);
  }
  m_docks.constFirst()->raise();
  tidyTabs();
}

/// The window makes and drops the tab bars of its docks as it likes.
void Inspector::tidyTabs() {
  for (DockTitle* title : m_titles) title->update();
  for (QTabBar* bar : m_window.findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
    bar->setDrawBase(false);
    bar->setExpanding(false);
    bar->setAccessibleName(tr("Inspector"));
  }
}

void Inspector::noticeDocks() {
  tidyTabs();
  if (isShown() == m_wasShown) return;
  m_wasShown = isShown();
  Q_EMIT shownChanged(m_wasShown);
}

void Inspector::setTheme(const Theme& theme) {
  m_memory->setTheme(theme);
  m_timeline->setTheme(theme);
  m_evictions->setTheme(theme);
  for (DockTitle* title : m_titles) title->setTheme(theme);
}

void Inspector::setShown(bool shown) {
  for (QDockWidget* dock : m_docks) dock->setVisible(shown);
  noticeDocks();
}

bool Inspector::isShown() const {
  return std::any_of(m_docks.begin(), m_docks.end(),
                     [](const QDockWidget* dock) { return !dock->isHidden(); });
}

void Inspector::show(QDockWidget* dock) {
  dock->show();
  dock->raise();
}

void Inspector::showMemory() { show(m_docks[0]); }

void Inspector::showTimeline() { show(m_docks[1]); }

void Inspector::showEvictions() { show(m_docks[2]); }

void Inspector::showGeneration() {
  show(m_docks.constLast());
  m_generation->takeFocus();
}

}  // namespace zipage::ui
