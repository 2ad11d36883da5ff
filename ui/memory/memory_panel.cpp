#include "ui/memory/memory_panel.h"

#include <QLabel>
#include <QLocale>
#include <QVBoxLayout>

#include "ui/memory/figure_grid.h"
#include "ui/memory/memory_texts.h"
#include "ui/memory/page_legend.h"
#include "ui/memory/page_map.h"
#include "ui/memory/sequence_list.h"

namespace zipage::ui {

namespace {

QLabel* makeLabel(const char* tone, const QString& text = {}) {
  auto* label = new QLabel(text);
  label->setProperty("tone", tone);
  return label;
}

}  // namespace

MemoryPanel::MemoryPanel(OwnerColors& colors, QWidget* parent)
    : QWidget(parent),
      m_pages(makeLabel("heading")),
      m_tokens(makeLabel("heading")),
      m_bytes(makeLabel("muted")),
      m_map(new PageMap(colors)),
      m_legend(new PageLegend),
      m_sequences(new SequenceList(colors)),
      m_grid(new FigureGrid(
          {tr("Speed"), tr("Compressions"), tr("Running"), tr("Evicted"), tr("Waiting"), tr("Reclaimed")})) {
  setObjectName(QStringLiteral("memoryPanel"));
  m_pages->setObjectName(QStringLiteral("pagesHeld"));
  m_tokens->setObjectName(QStringLiteral("tokensLive"));
  auto* headline = new QHBoxLayout;
  headline->addWidget(m_pages);
  headline->addStretch();
  headline->addWidget(m_tokens);

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 16);
  layout->setSpacing(8);
  layout->addLayout(headline);
  layout->addWidget(m_bytes);
  layout->addWidget(m_map, 1);
  layout->addWidget(m_legend);
  layout->addSpacing(8);
  layout->addWidget(makeLabel("heading", tr("In memory now")));
  layout->addWidget(m_sequences);
  layout->addSpacing(8);
  layout->addWidget(makeLabel("heading", tr("Counters")));
  layout->addWidget(m_grid);
  showHeadline();
}

void MemoryPanel::setTheme(const Theme& theme) {
  m_map->setTheme(theme);
  m_legend->setTheme(theme);
  m_sequences->setTheme(theme);
}

void MemoryPanel::setOwnerNames(const std::function<QString(OwnerId)>& names) {
  m_map->setOwnerNames(names);
  m_sequences->setOwnerNames(names);
}

void MemoryPanel::setSnapshot(const std::shared_ptr<const CacheSnapshot>& snapshot) {
  m_map->setSnapshot(snapshot);
  m_sequences->setSnapshot(snapshot);
  m_bytesPerPage = snapshot != nullptr ? snapshot->bytesPerPage : 0;
  if (snapshot != nullptr) {
    m_figures.pagesHeld = snapshot->pagesHeld;
    m_figures.pagesTotal = static_cast<int>(snapshot->pages.size());
    m_figures.tokensLive = snapshot->tokensLive;
  }
  showHeadline();
}

void MemoryPanel::setFigures(const MemoryFigures& figures) {
  m_figures = figures;
  showHeadline();
  m_grid->setFigure(0, tr("%1 tokens/s").arg(QLocale().toString(figures.tokensPerSecond, 'f', 1)));
  m_grid->setFigure(1, countText(figures.compressions));
  m_grid->setFigure(2, countText(figures.running));
  m_grid->setFigure(3, tr("%1 tokens").arg(countText(figures.tokensEvicted)));
  m_grid->setFigure(4, countText(figures.waiting));
  m_grid->setFigure(5, tr("%1 pages").arg(countText(figures.pagesReclaimed)));
}

void MemoryPanel::showHeadline() {
  m_pages->setText(
      tr("%1 of %2 pages held").arg(countText(m_figures.pagesHeld), countText(m_figures.pagesTotal)));
  m_tokens->setText(tr("%1 tokens live").arg(countText(m_figures.tokensLive)));
  m_bytes->setText(tr("%1 of %2 reserved for pages")
                       .arg(bytesText(m_figures.pagesHeld * m_bytesPerPage),
                            bytesText(m_figures.pagesTotal * m_bytesPerPage)));
  m_bytes->setVisible(m_bytesPerPage > 0);
}

}  // namespace zipage::ui
