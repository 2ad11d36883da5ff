#include "ui/memory/page_tile.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace zipage::ui {

namespace {

// What most of the held pages are; a page that is being compressed shows through any number of others.
PageState stateOfMost(const std::map<PageState, int>& pagesIn) {
  if (pagesIn.contains(PageState::Compressing)) return PageState::Compressing;
  const auto most = std::max_element(pagesIn.begin(), pagesIn.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == pagesIn.end() ? PageState::Free : most->first;
}

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

void paintPattern(QPainter& painter, const QRect& rect, const PageTile& tile, const QColor& color,
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

PageTile tileOf(const CacheSnapshot& snapshot, int first, int end) {
  PageTile tile;
  tile.tokensRoom = (end - first) * snapshot.pageTokens;
  std::map<OwnerId, int> pagesOf;
  std::map<PageState, int> pagesIn;
  for (int page = first; page < end; ++page) {
    const PageSnapshot& held = snapshot.pages[static_cast<std::size_t>(page)];
    if (held.state == PageState::Free) continue;
    tile.tokensLive += held.tokensLive;
    ++tile.pagesHeld;
    ++pagesIn[held.state];
    const int pages = ++pagesOf[held.owner];
    if (pages > pagesOf[tile.owner] || tile.pagesHeld == 1) tile.owner = held.owner;
  }
  tile.state = stateOfMost(pagesIn);
  return tile;
}

void paintTile(QPainter& painter, const QRect& rect, const PageTile& tile, const QColor& color,
               const Theme& theme) {
  const QColor empty = mixed(theme.panel, theme.text, 0.07);
  painter.fillRect(rect, tile.state == PageState::Free ? empty : mixed(theme.panel, color, 0.32));
  if (tile.state == PageState::Free) return;
  if (tile.state != PageState::Swapped) {
    const int filled = static_cast<int>(std::lround(std::clamp(tile.level(), 0.0, 1.0) * rect.height()));
    painter.fillRect(QRect(rect.left(), rect.bottom() + 1 - filled, rect.width(), filled), color);
  }
  paintPattern(painter, rect, tile, color, theme);
}

}  // namespace zipage::ui
