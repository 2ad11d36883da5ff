#include "ui/window/inspector.h"

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
  m_tabs->setDrawBase(false);
  m_tabs->setExpanding(false);
  m_tabs->setAccessibleName(tr("Inspector"));
  m_tabs->addTab(tr("Memory"));
  m_tabs->addTab(tr("Settings of this chat"));
  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);
  scroll->setWidget(m_generation);
  m_pages->addWidget(m_memory);
  m_pages->addWidget(scroll);

  auto* tabRow = new QHBoxLayout;
  tabRow->setContentsMargins(16, 4, 16, 0);
  tabRow->addWidget(m_tabs);
  tabRow->addStretch(1);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(1, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(tabRow);
  layout->addWidget(m_pages, 1);
  connect(m_tabs, &QTabBar::currentChanged, m_pages, &QStackedWidget::setCurrentIndex);
}

void Inspector::setTheme(const Theme& theme) { m_memory->setTheme(theme); }

void Inspector::showMemory() { m_tabs->setCurrentIndex(0); }

void Inspector::showGeneration() {
  m_tabs->setCurrentIndex(1);
  m_generation->takeFocus();
}

}  // namespace zipage::ui
