// Invariant: m_tiles is what is on the screen or asked to be painted; a snapshot repaints the cells that
// differ from it.
#include "ui/memory/page_map.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPaintEvent>
#include <QToolTip>
#include <algorithm>

#include "ui/memory/memory_texts.h"

namespace zipage::ui {

PageMap::PageMap(OwnerColors& colors, QWidget* parent) : QWidget(parent), m_colors(colors) {
  setObjectName(QStringLiteral("pageMap"));
  setAccessibleName(tr("Map of the memory pages"));
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

QSize PageMap::sizeHint() const { return {368, 192}; }

QSize PageMap::minimumSizeHint() const { return {160, 96}; }

void PageMap::setTheme(const Theme& theme) {
  m_theme = theme;
  update();
}

void PageMap::setOwnerNames(std::function<QString(OwnerId)> names) { m_names = std::move(names); }

void PageMap::setSnapshot(std::shared_ptr<const CacheSnapshot> snapshot) {
  m_snapshot = std::move(snapshot);
  refresh();
}

void PageMap::resizeEvent(QResizeEvent*) { refresh(); }

std::vector<PageTile> PageMap::tilesNow() const {
  std::vector<PageTile> tiles;
  if (m_snapshot == nullptr) return tiles;
  tiles.reserve(static_cast<std::size_t>(m_layout.numTiles()));
  for (int tile = 0; tile < m_layout.numTiles(); ++tile) {
    tiles.push_back(tileOf(*m_snapshot, m_layout.firstPage(tile), m_layout.endPage(tile)));
  }
  return tiles;
}

void PageMap::refresh() {
  const int numPages = m_snapshot != nullptr ? static_cast<int>(m_snapshot->pages.size()) : 0;
  const PageMapLayout layout = fitPages(numPages, size());
  const bool isSameLayout = layout == m_layout;
  m_layout = layout;
  std::vector<PageTile> tiles = tilesNow();
  if (!isSameLayout || tiles.size() != m_tiles.size())
    update();
  else {
    for (int tile = 0; tile < m_layout.numTiles(); ++tile) {
      const auto index = static_cast<std::size_t>(tile);
      if (tiles[index] != m_tiles[index]) update(m_layout.tileRect(tile));
    }
  }
  m_tiles = std::move(tiles);
  if (m_cursor >= m_layout.numTiles()) m_cursor = -1;
}

void PageMap::paintEvent(QPaintEvent* event) {
  QPainter painter(this);
  if (m_tiles.empty()) {
    painter.setPen(m_theme.mutedText);
    painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap,
                     tr("The pages show here once a model is open."));
    return;
  }
  for (int tile = 0; tile < m_layout.numTiles(); ++tile) {
    const QRect cell = m_layout.tileRect(tile);
    if (!event->region().intersects(cell)) continue;
    const PageTile& shown = m_tiles[static_cast<std::size_t>(tile)];
    paintTile(painter, cell, shown, m_colors.colorOf(shown.owner, m_theme.isDark), m_theme);
    if (tile == m_cursor && hasFocus()) {
      painter.setPen(QPen(m_theme.text, 2));
      painter.drawRect(cell.adjusted(1, 1, -1, -1));
    }
  }
}

bool PageMap::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const int tile = m_layout.tileAt(help->pos());
  if (tile < 0)
    QToolTip::hideText();
  else
    QToolTip::showText(help->globalPos(), tileText(tile), this, m_layout.tileRect(tile));
  return true;
}

void PageMap::keyPressEvent(QKeyEvent* event) {
  const int step = event->modifiers() & Qt::ShiftModifier ? 100
                   : event->modifiers() & Qt::AltModifier ? 10
                                                          : 1;
  switch (event->key()) {
    case Qt::Key_Left:
      return moveCursor(m_cursor - step);
    case Qt::Key_Right:
      return moveCursor(m_cursor + step);
    case Qt::Key_Up:
      return moveCursor(m_cursor - m_layout.columns);
    case Qt::Key_Down:
      return moveCursor(m_cursor + m_layout.columns);
    default:
      QWidget::keyPressEvent(event);
  }
}

void PageMap::moveCursor(int tile) {
  if (m_tiles.empty()) return;
  m_cursor = std::clamp(tile, 0, m_layout.numTiles() - 1);
  const QRect cell = m_layout.tileRect(m_cursor);
  setAccessibleDescription(tileText(m_cursor));
  QToolTip::showText(mapToGlobal(cell.bottomRight()), tileText(m_cursor), this, cell);
  update();
}

QString PageMap::ownerText(OwnerId owner) const {
  const QString name = m_names && owner ? m_names(owner) : QString();
  if (!name.isEmpty()) return name;
  return owner ? tr("chat %1").arg(owner.value) : tr("nobody");
}

QString PageMap::tileText(int tile) const {
  if (m_snapshot == nullptr || tile < 0 || tile >= m_layout.numTiles()) return {};
  const int first = m_layout.firstPage(tile);
  const PageTile& shown = m_tiles[static_cast<std::size_t>(tile)];
  if (m_layout.pagesPerTile > 1) {
    return tr("Pages %1 to %2\n%3 held, most by %4\n%5 of %6 tokens live")
        .arg(countText(first), countText(m_layout.endPage(tile) - 1), countText(shown.pagesHeld),
             ownerText(shown.owner), countText(shown.tokensLive), countText(shown.tokensRoom));
  }
  const PageSnapshot& page = m_snapshot->pages[static_cast<std::size_t>(first)];
  if (page.state == PageState::Free) return tr("Page %1\nFree").arg(countText(first));
  QString text = tr("Page %1: %2\n%3\n%4 of %5 tokens live")
                     .arg(countText(first), pageStateText(page.state), ownerText(page.owner),
                          countText(page.tokensLive), countText(m_snapshot->pageTokens));
  if (page.tableIndex >= 0) text += tr("\nNumber %1 in its table").arg(countText(page.tableIndex + 1));
  if (page.holders > 1) text += tr("\n%1 holders").arg(page.holders);
  return text;
}

}  // namespace zipage::ui
