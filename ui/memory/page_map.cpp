#include "ui/memory/page_map.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QPaintEvent>
#include <QPainter>
#include <QStyle>
#include <QToolTip>
#include <algorithm>

#include "ui/memory/page_words.h"
#include "ui/memory/tile_painter.h"

namespace zipage::ui {

namespace {

constexpr int kHighlightMs = 150;
constexpr int kFrameMs = 30;

}  // namespace

PageMap::PageMap(OwnerColors& colors, QWidget* parent) : QWidget(parent), m_colors(colors) {
  setObjectName(QStringLiteral("pageMap"));
  setAccessibleName(tr("Page map"));
  setFocusPolicy(Qt::StrongFocus);
  m_fade.setInterval(kFrameMs);
  connect(&m_fade, &QTimer::timeout, this, &PageMap::fade);
}

void PageMap::setTheme(const Theme& theme) {
  m_theme = theme;
  drawAll();
}

void PageMap::setSnapshot(std::shared_ptr<const CacheSnapshot> snapshot) {
  const auto before = std::move(m_snapshot);
  m_snapshot = std::move(snapshot);
  const std::size_t pagesBefore = before ? before->pages.size() : 0;
  if (!m_snapshot || m_snapshot->pages.size() != pagesBefore) {
    fitGrid();
    return drawAll();
  }
  std::vector<Tile> tiles = tilesOf(*m_snapshot, m_grid.pagesPerTile);
  std::vector<int> changed;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    if (tiles[i] != m_tiles[i]) changed.push_back(static_cast<int>(i));
  }
  m_tiles = std::move(tiles);
  drawTiles(changed);
  highlight(compressedTiles(*before, *m_snapshot, m_grid.pagesPerTile));
}

void PageMap::fitGrid() {
  const int numPages = m_snapshot ? static_cast<int>(m_snapshot->pages.size()) : 0;
  const TileGrid grid = gridFor(numPages, size());
  const bool isCoarser = grid.pagesPerTile != m_grid.pagesPerTile;
  m_grid = grid;
  m_cursor = std::min(m_cursor, grid.numTiles - 1);
  if (isCoarser) emit gridChanged(grid.pagesPerTile);
}

void PageMap::resizeEvent(QResizeEvent*) {
  fitGrid();
  drawAll();
}

void PageMap::drawAll() {
  m_tiles = m_snapshot ? tilesOf(*m_snapshot, m_grid.pagesPerTile) : std::vector<Tile>();
  m_canvas = QPixmap(size() * devicePixelRatioF());
  m_canvas.setDevicePixelRatio(devicePixelRatioF());
  m_canvas.fill(m_theme.panel);
  std::vector<int> all(m_tiles.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int>(i);
  drawTiles(all);
  update();
}

void PageMap::drawTiles(const std::vector<int>& tiles) {
  if (tiles.empty() || m_canvas.isNull()) return;
  QPainter painter(&m_canvas);
  QRegion changed;
  const bool fewTiles = tiles.size() < 64;
  for (const int index : tiles) {
    const Tile& tile = m_tiles[static_cast<std::size_t>(index)];
    const QColor owner = tile.owner ? m_colors.colorOf(tile.owner, m_theme.isDark) : m_theme.mutedText;
    const QRect rect = m_grid.rectOf(index);
    paintTile(painter, rect, tile, owner, m_theme);
    if (fewTiles) changed += rect;
  }
  m_numTilesDrawn += static_cast<int>(tiles.size());
  if (fewTiles)
    update(changed);
  else
    update();
}

void PageMap::highlight(std::vector<int> tiles) {
  const bool isAllowed = style()->styleHint(QStyle::SH_Widget_Animation_Duration, nullptr, this) > 0;
  if (tiles.empty() || !isAllowed || !isVisible()) return;
  m_highlighted = std::move(tiles);
  m_sinceHighlight.start();
  m_fade.start();
  update();
}

void PageMap::fade() {
  if (m_sinceHighlight.elapsed() >= kHighlightMs) {
    m_fade.stop();
    m_highlighted.clear();
  }
  update();
}

void PageMap::paintEvent(QPaintEvent* event) {
  QPainter painter(this);
  const double ratio = m_canvas.devicePixelRatio();
  const QRect rect = event->rect();
  painter.drawPixmap(QRectF(rect), m_canvas,
                     QRectF(rect.x() * ratio, rect.y() * ratio, rect.width() * ratio, rect.height() * ratio));
  if (hasFocus() && m_cursor >= 0) {
    painter.setPen(QPen(m_theme.text, 2.0));
    painter.drawRect(m_grid.rectOf(m_cursor));
  }
  if (m_highlighted.empty()) return;
  QColor color = m_theme.text;
  color.setAlphaF(static_cast<float>(std::max(0.0, 1.0 - m_sinceHighlight.elapsed() / double(kHighlightMs))));
  painter.setPen(QPen(color, 1.0));
  for (const int tile : m_highlighted) painter.drawRect(m_grid.rectOf(tile).adjusted(-1, -1, 0, 0));
}

QString PageMap::nameOf(OwnerId owner) const {
  const QString name = m_names ? m_names(owner) : QString();
  return name.isEmpty() ? tr("Chat %1").arg(owner.value) : name;
}

QString PageMap::describePages(int first, int count) const {
  int held = 0;
  int prefixes = 0;
  qint64 tokens = 0;
  for (int page = first; page < first + count; ++page) {
    const PageSnapshot& snapshot = m_snapshot->pages[static_cast<std::size_t>(page)];
    prefixes += snapshot.state == PageState::PrefixOnly;
    held += snapshot.state != PageState::Free && snapshot.state != PageState::PrefixOnly;
    tokens += snapshot.tokensLive;
  }
  const QString kept = prefixes == 0 ? QString() : tr("\n%1 with nothing but a prefix").arg(prefixes);
  return tr("Pages %1 to %2\n%3 of %4 pages held%7\n%5 of %6 tokens live")
      .arg(first)
      .arg(first + count - 1)
      .arg(held)
      .arg(count)
      .arg(QLocale().toString(tokens), QLocale().toString(qint64{count} * m_snapshot->pageTokens), kept);
}

QString PageMap::describe(int tile) const {
  if (!m_snapshot || tile < 0) return {};
  const int first = tile * m_grid.pagesPerTile;
  const int count = std::min(m_grid.pagesPerTile, static_cast<int>(m_snapshot->pages.size()) - first);
  if (count > 1) return describePages(first, count);
  const PageSnapshot& page = m_snapshot->pages[static_cast<std::size_t>(first)];
  QStringList lines{tr("Page %1: %2").arg(first).arg(stateName(page.state))};
  if (page.state == PageState::Free) return lines.constFirst();
  if (page.owner) lines << nameOf(page.owner);
  lines << tr("%1 of %2 tokens live").arg(page.tokensLive).arg(m_snapshot->pageTokens);
  if (page.tableIndex >= 0) lines << tr("Place %1 in its page table").arg(page.tableIndex + 1);
  if (page.holders > 1) lines << tr("Held by %1").arg(page.holders);
  return lines.join(QLatin1Char('\n'));
}

bool PageMap::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  auto* help = static_cast<QHelpEvent*>(event);
  showDescription(help->globalPos(), m_grid.tileAt(help->pos()));
  return true;
}

void PageMap::showDescription(const QPoint& globalPosition, int tile) {
  if (tile < 0 || !m_snapshot) return QToolTip::hideText();
  const QString html =
      QStringLiteral("<p style='white-space:pre'>%1</p>").arg(describe(tile).toHtmlEscaped());
  QToolTip::showText(globalPosition, html, this, m_grid.rectOf(tile));
}

void PageMap::keyPressEvent(QKeyEvent* event) {
  const bool isFar = event->modifiers().testFlag(Qt::ShiftModifier);
  const int step = isFar ? 100 : event->modifiers().testFlag(Qt::AltModifier) ? 10 : 1;
  switch (event->key()) {
    case Qt::Key_Left:
      return moveCursor(m_cursor - step);
    case Qt::Key_Right:
      return moveCursor(m_cursor + step);
    case Qt::Key_Up:
      return moveCursor(m_cursor - m_grid.columns);
    case Qt::Key_Down:
      return moveCursor(m_cursor + m_grid.columns);
    case Qt::Key_Home:
      return moveCursor(0);
    case Qt::Key_End:
      return moveCursor(m_grid.numTiles - 1);
    default:
      QWidget::keyPressEvent(event);
  }
}

void PageMap::moveCursor(int tile) {
  if (m_grid.numTiles == 0) return;
  m_cursor = std::clamp(tile, 0, m_grid.numTiles - 1);
  setAccessibleDescription(describe(m_cursor));
  showDescription(mapToGlobal(m_grid.rectOf(m_cursor).bottomRight()), m_cursor);
  update();
}

void PageMap::focusInEvent(QFocusEvent*) { moveCursor(std::max(0, m_cursor)); }

void PageMap::focusOutEvent(QFocusEvent*) {
  QToolTip::hideText();
  update();
}

}  // namespace zipage::ui
