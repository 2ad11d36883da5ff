// Pointer and keys of the page map.
#include <QFocusEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/memory/page_map.h"

namespace zipage::ui {

namespace {

constexpr int kLargestZoom = 64;
constexpr int kDragPixels = 4;

}  // namespace

void PageMap::zoom(int steps) { zoomAround(steps, rect().center()); }

void PageMap::fit() {
  m_zoom = m_offset = 0;
  layOut();
}

/// What lies under the pointer stays at its height; rows are as wide as the map, whatever the size of a tile.
void PageMap::zoomAround(int steps, const QPoint& position) {
  if (numPages() == 0) return;
  const int fitting =
      gridFor(numPages(), screenSize()).pagesPerTile > 1 ? 0 : gridFor(numPages(), screenSize()).tileSize;
  const int before = m_grid.tileSize;
  const int size =
      std::clamp(static_cast<int>(std::lround(before * std::pow(1.25, steps))) + (steps > 0 ? 1 : 0),
                 kSmallestTile, kLargestZoom);
  if (size <= fitting || (steps < 0 && size == before)) return fit();
  const int tile = std::max(0, tileUnder(position));
  const PageIndex page = tile * m_grid.pagesPerTile;
  m_zoom = size;
  const TileGrid grid = gridOf(numPages(), screenSize().width(), size);
  m_offset = grid.rectOf(page).center().y() - static_cast<int>(position.y() * devicePixelRatioF());
  layOut();
}

void PageMap::scrollTo(int offset) {
  const int before = m_offset;
  m_offset = std::clamp(offset, 0, std::max(0, m_grid.height() - screenSize().height()));
  if (m_offset != before) drawAll();
}

void PageMap::wheelEvent(QWheelEvent* event) {
  const int delta = event->angleDelta().y();
  if (event->modifiers().testFlag(Qt::ControlModifier)) {
    if (delta != 0) zoomAround(delta > 0 ? 1 : -1, event->position().toPoint());
    return event->accept();
  }
  if (!isZoomed()) return event->ignore();
  scrollTo(m_offset - delta / 2);
  event->accept();
}

void PageMap::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return QWidget::mousePressEvent(event);
  m_pressed = event->pos();
  m_pressedOffset = m_offset;
  m_isDragged = false;
}

void PageMap::mouseMoveEvent(QMouseEvent* event) {
  if (!m_pressed) return;
  const QPoint moved = event->pos() - *m_pressed;
  m_isDragged = m_isDragged || moved.manhattanLength() >= kDragPixels;
  if (!m_isDragged || !isZoomed()) return;
  setCursor(Qt::ClosedHandCursor);
  scrollTo(m_pressedOffset - static_cast<int>(moved.y() * devicePixelRatioF()));
}

void PageMap::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  unsetCursor();
  const bool isClick = m_pressed.has_value() && !m_isDragged;
  m_pressed.reset();
  if (!isClick) return;
  const int tile = tileUnder(event->pos());
  if (tile >= 0) m_cursor = tile;
  choose(tile);
}

/// A tile of many pages is looked at closer; one of a single page is chosen.
void PageMap::choose(int tile) {
  if (tile >= 0 && m_grid.pagesPerTile > 1) return zoomAround(1, rectOf(tile).center());
  Q_EMIT pageChosen(tile);
  update();
}

bool PageMap::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  auto* help = static_cast<QHelpEvent*>(event);
  showDescription(help->globalPos(), tileUnder(help->pos()));
  return true;
}

void PageMap::showDescription(const QPoint& globalPosition, int tile) {
  if (tile < 0 || !m_snapshot) return QToolTip::hideText();
  const QString html =
      QStringLiteral("<p style='white-space:pre'>%1</p>").arg(describe(tile).toHtmlEscaped());
  QToolTip::showText(globalPosition, html, this, rectOf(tile));
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
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
      return choose(m_cursor);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoom(1);
    case Qt::Key_Minus:
      return zoom(-1);
    case Qt::Key_0:
      return fit();
    default:
      QWidget::keyPressEvent(event);
  }
}

void PageMap::moveCursor(int tile) {
  if (m_grid.numTiles == 0) return;
  m_cursor = std::clamp(tile, 0, m_grid.numTiles - 1);
  const QRect lying = m_grid.rectOf(m_cursor);
  if (lying.top() < m_offset) scrollTo(lying.top());
  if (lying.bottom() >= m_offset + screenSize().height())
    scrollTo(lying.bottom() + 1 - screenSize().height());
  setAccessibleDescription(describe(m_cursor));
  showDescription(mapToGlobal(rectOf(m_cursor).bottomRight()), m_cursor);
  update();
}

void PageMap::focusInEvent(QFocusEvent* event) {
  if (event->reason() != Qt::MouseFocusReason) moveCursor(std::max(0, m_cursor));
}

void PageMap::focusOutEvent(QFocusEvent*) {
  QToolTip::hideText();
  update();
}

}  // namespace zipage::ui
