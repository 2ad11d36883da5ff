#include "ui/memory/page_map_layout.h"

#include <algorithm>

namespace zipage::ui {

namespace {

constexpr int kLargestPitch = 24;
constexpr int kSmallestPitch = 6;

}  // namespace

QRect PageMapLayout::tileRect(int tile) const {
  return {tile % columns * pitch, tile / columns * pitch, pitch - gap(), pitch - gap()};
}

int PageMapLayout::tileAt(const QPoint& place) const {
  if (pitch <= 0 || place.x() < 0 || place.y() < 0 || place.x() / pitch >= columns) return -1;
  const int tile = place.y() / pitch * columns + place.x() / pitch;
  return tile < numTiles() && tileRect(tile).contains(place) ? tile : -1;
}

int PageMapLayout::endPage(int tile) const { return std::min(numPages, (tile + 1) * pagesPerTile); }

PageMapLayout fitPages(int numPages, const QSize& area) {
  PageMapLayout layout;
  layout.numPages = std::max(0, numPages);
  for (int pitch = kLargestPitch; pitch >= kSmallestPitch; --pitch) {
    layout.pitch = pitch;
    layout.columns = std::max(1, area.width() / pitch);
    if (layout.numRows() * pitch <= area.height()) return layout;
  }
  const int numCells = layout.columns * std::max(1, area.height() / kSmallestPitch);
  layout.pagesPerTile = (layout.numPages + numCells - 1) / numCells;
  return layout;
}

}  // namespace zipage::ui
