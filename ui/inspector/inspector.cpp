#include "ui/inspector/inspector.h"

#include <QScrollArea>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

#include "ui/generation/generation_panel.h"
#include "ui/memory/memory_panel.h"

namespace zipage::ui {

Inspector::Inspector(OwnerColors& colors, QWidget* parent)
    : QWidget(parent),
      m_memory(new MemoryPanel(colors)),
      m_generation(new GenerationPanel),
      m_tabs(new QTabBar),
      m_pages(new QStackedWidget) {
  setObjectName(QStringLiteral("inspector"));
  setAttribute(Qt::WA_StyledBackground);
  m_tabs->setObjectName(QStringLiteral("inspectorTabs"));
  m_tabs->setAccessibleName(tr("Inspector"));
  m_tabs->setDrawBase(false);
  m_tabs->setExpanding(false);
  auto* top = new QHBoxLayout;
  top->setContentsMargins(16, 4, 16, 0);
  top->addWidget(m_tabs);
  top->addStretch();
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(1, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(top);
  layout->addWidget(m_pages, 1);
  addPage(tr("Memory"), m_memory);
  addPage(tr("Generation"), m_generation);
  connect(m_tabs, &QTabBar::currentChanged, m_pages, &QStackedWidget::setCurrentIndex);
}

void Inspector::addPage(const QString& name, QWidget* page) {
  auto* scroller = new QScrollArea;
  scroller->setWidgetResizable(true);
  scroller->setFrameShape(QFrame::NoFrame);
  scroller->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroller->setFocusPolicy(Qt::NoFocus);
  scroller->setWidget(page);
  m_pages->addWidget(scroller);
  m_tabs->addTab(name);
}

void Inspector::setTheme(const Theme& theme) { m_memory->setTheme(theme); }

void Inspector::showMemory() { m_tabs->setCurrentIndex(0); }

void Inspector::showGeneration() { m_tabs->setCurrentIndex(1); }

}  // namespace zipage::ui
