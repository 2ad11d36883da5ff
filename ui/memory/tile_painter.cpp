#include "ui/memory/tile_painter.h"

#include <QPainter>
#include <algorithm>

namespace zipage::ui {

namespace {

constexpr int kFullTile = 255;

void paintHatching(QPainter& painter, const QRect& rect) {
  for (int x = rect.left() - rect.height(); x < rect.right(); x += 4) {
    painter.drawLine(x, rect.bottom() + 1, x + rect.height(), rect.top());
  }
}

void paintDots(QPainter& painter, const QRect& rect, const QColor& ink) {
  const int side = rect.width() >= 10 ? 2 : 1;
  for (int y = rect.top() + side; y + side <= rect.bottom() + 1; y += 2 * side + 1) {
    for (int x = rect.left() + side; x + side <= rect.right() + 1; x += 2 * side + 1) {
      painter.fillRect(x, y, side, side, ink);
    }
  }
}

void paintCross(QPainter& painter, const QRect& rect) {
  painter.drawLine(rect.topLeft(), rect.bottomRight());
  painter.drawLine(rect.topRight(), rect.bottomLeft());
}

// Two arrows that meet: what is being pressed together.
void paintSqueeze(QPainter& painter, const QRect& rect, const QColor& ink) {
  const int middle = rect.center().y();
  const int reach = std::max(1, rect.height() / 3);
  painter.fillRect(rect.left(), middle, rect.width(), std::max(1, rect.height() / 8), ink);
  for (int step = 0; step < reach; ++step) {
    const int width = std::max(1, rect.width() / 2 - 2 * step);
    painter.fillRect(rect.center().x() - width / 2, rect.top() + step, width, 1, ink);
    painter.fillRect(rect.center().x() - width / 2, rect.bottom() - step, width, 1, ink);
  }
}

void paintPattern(QPainter& painter, const QRect& rect, const Tile& tile, const QColor& color,
                  const Theme& theme) {
  const QColor ink = theme.isDark ? QColor(0, 0, 0, 190) : QColor(255, 255, 255, 220);
  painter.save();
  painter.setClipRect(rect);
  painter.setPen(QPen(ink, 1));
  switch (tile.state) {
    case PageState::Free:
    case PageState::Held:
      break;
    case PageState::Shared:
      paintHatching(painter, rect);
      break;
    case PageState::PrefixOnly:
      paintDots(painter, rect, ink);
      break;
    case PageState::Compressing:
      paintSqueeze(painter, rect, theme.text);
      break;
    case PageState::Swapped:
      painter.setPen(QPen(color, 1));
      paintCross(painter, rect);
      break;
  }
  painter.restore();
}

}  // namespace

void paintTile(QPainter& painter, const QRect& rect, const Tile& tile, const QColor& owner,
               const Theme& theme) {
  const bool isFree = tile.state == PageState::Free;
  painter.fillRect(rect, isFree ? mixed(theme.panel, theme.text, 0.07) : mixed(theme.panel, owner, 0.32));
  if (isFree) return;
  if (tile.state != PageState::Swapped) {
    const int filled = (tile.fill * rect.height() + kFullTile / 2) / kFullTile;
    painter.fillRect(QRect(rect.left(), rect.bottom() + 1 - filled, rect.width(), filled), owner);
  }
  paintPattern(painter, rect, tile, owner, theme);
}

}  // namespace zipage::ui
