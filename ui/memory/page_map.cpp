#include "ui/memory/page_map.h"

#include <QHelpEvent>
#include <QLocale>
#include <QPaintEvent>
#include <QPainter>
#include <QStyle>
#include <QToolTip>
#include <algorithm>
#include <numeric>

#include "ui/memory/page_words.h"

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
  m_stamps.reset(m_grid.rectOf(0).width(), theme);
  drawAll();
}

void PageMap::setSnapshot(std::shared_ptr<const CacheSnapshot> snapshot) {
  if (snapshot == m_snapshot) return;
  const auto before = std::move(m_snapshot);
  m_snapshot = std::move(snapshot);
  const std::size_t pagesBefore = before ? before->pages.size() : 0;
  if (!m_snapshot || m_snapshot->pages.size() != pagesBefore) {
    m_chosen = -1;
    m_marked.clear();
    return layOut();
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

void PageMap::setChosenPage(PageIndex page) {
  if (page == m_chosen) return;
  m_chosen = page;
  update();
}

void PageMap::setMarkedPages(std::vector<PageIndex> pages) {
  if (pages == m_marked) return;
  m_marked = std::move(pages);
  update();
}

void PageMap::layOut() {
  const TileGrid grid =
      m_zoom > 0 ? gridOf(numPages(), screenSize().width(), m_zoom) : gridFor(numPages(), screenSize());
  const bool isCoarser = grid.pagesPerTile != m_grid.pagesPerTile;
  m_grid = grid;
  m_cursor = std::min(m_cursor, grid.numTiles - 1);
  m_offset = std::clamp(m_offset, 0, std::max(0, grid.height() - screenSize().height()));
  if (m_stamps.side() != grid.rectOf(0).width()) m_stamps.reset(grid.rectOf(0).width(), m_theme);
  if (isCoarser) Q_EMIT gridChanged(grid.pagesPerTile);
  drawAll();
}

void PageMap::resizeEvent(QResizeEvent*) { layOut(); }

void PageMap::drawAll() {
  m_tiles = m_snapshot ? tilesOf(*m_snapshot, m_grid.pagesPerTile) : std::vector<Tile>();
  if (m_canvas.size() != screenSize()) m_canvas = QImage(screenSize(), QImage::Format_RGB32);
  m_canvas.setDevicePixelRatio(devicePixelRatioF());
  m_canvas.fill(m_theme.panel);
  std::vector<int> all(m_tiles.size());
  std::iota(all.begin(), all.end(), 0);
  drawTiles(all);
  update();
}

void PageMap::drawTiles(const std::vector<int>& tiles) {
  if (tiles.empty() || m_canvas.isNull()) return;
  QRegion changed;
  const bool fewTiles = tiles.size() < 64;
  for (const int index : tiles) {
    const Tile& tile = m_tiles[static_cast<std::size_t>(index)];
    const QColor owner = tile.owner ? m_colors.colorOf(tile.owner, m_theme.isDark) : m_theme.mutedText;
    m_stamps.copyTo(m_canvas, m_grid.rectOf(index).topLeft() - QPoint(0, m_offset), tile, owner.rgb());
    if (fewTiles) changed += rectOf(index);
  }
  m_numTilesDrawn += static_cast<int>(tiles.size());
  if (fewTiles)
    update(changed);
  else
    update();
}

QRect PageMap::rectOf(int tile) const {
  const double ratio = devicePixelRatioF();
  const QRectF rect = m_grid.rectOf(tile).translated(0, -m_offset);
  return QRectF(rect.topLeft() / ratio, rect.size() / ratio).toAlignedRect();
}

int PageMap::tileUnder(const QPoint& position) const {
  return m_grid.tileAt((QPointF(position) * devicePixelRatioF()).toPoint() + QPoint(0, m_offset));
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
  painter.drawImage(QRectF(rect), m_canvas,
                    QRectF(rect.x() * ratio, rect.y() * ratio, rect.width() * ratio, rect.height() * ratio));
  paintOutlines(painter);
}

void PageMap::paintOutlines(QPainter& painter) const {
  const auto outline = [&](int tile, const QPen& pen, int outside) {
    painter.setPen(pen);
    painter.drawRect(rectOf(tile).adjusted(-outside, -outside, outside - 1, outside - 1));
  };
  if (!m_highlighted.empty()) {
    QColor color = m_theme.text;
    color.setAlphaF(
        static_cast<float>(std::max(0.0, 1.0 - m_sinceHighlight.elapsed() / double(kHighlightMs))));
    for (const int tile : m_highlighted) outline(tile, QPen(color, 1.0), 1);
  }
  for (const PageIndex page : m_marked) outline(page / m_grid.pagesPerTile, QPen(m_theme.text, 1.0), 1);
  if (m_chosen >= 0) outline(m_chosen / m_grid.pagesPerTile, QPen(m_theme.accent, 2.0), 1);
  if (hasFocus() && m_cursor >= 0) outline(m_cursor, QPen(m_theme.text, 2.0), 1);
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
  const QString words = m_words ? m_words(first) : QString();
  if (!words.isEmpty()) lines << QStringLiteral("“%1”").arg(words);
  return lines.join(QLatin1Char('\n'));
}

}  // namespace zipage::ui
