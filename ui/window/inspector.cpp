#include "ui/window/inspector.h"

#include <QAction>
#include <QDockWidget>
#include <QMainWindow>
#include <QScrollArea>
#include <QTabBar>
#include <QTimer>
#include <algorithm>

#include "ui/generation/generation_panel.h"
#include "ui/memory/memory_panel.h"
#include "ui/window/dock_title.h"

namespace zipage::ui {

namespace {

constexpr int kMinimumWidth = 320;

QScrollArea* scrolling(QWidget* content) {
  auto* scroll = new QScrollArea;
  scroll->setObjectName(QStringLiteral("generationScroll"));
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);
  scroll->setWidget(content);
  return scroll;
}

}  // namespace

Inspector::Inspector(OwnerColors& colors, QMainWindow& window)
    : QObject(&window),
      m_window(window),
      m_memory(new MemoryPanel(colors)),
      m_generation(new GenerationPanel) {
  setObjectName(QStringLiteral("inspector"));
  m_docks.append(addDock(QStringLiteral("memoryDock"), tr("Memory"), m_memory));
  m_docks.append(
      addDock(QStringLiteral("generationDock"), tr("Settings of this chat"), scrolling(m_generation)));
  arrange();
  connect(m_docks.constFirst(), &QDockWidget::visibilityChanged, this, &Inspector::memoryWatched);
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
  emit shownChanged(m_wasShown);
}

void Inspector::setTheme(const Theme& theme) {
  m_memory->setTheme(theme);
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

void Inspector::showMemory() {
  m_docks.constFirst()->show();
  m_docks.constFirst()->raise();
}

void Inspector::showGeneration() {
  m_docks.constLast()->show();
  m_docks.constLast()->raise();
  m_generation->takeFocus();
}

}  // namespace zipage::ui
