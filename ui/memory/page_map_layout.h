// Where the cells of the page map lie. A cell is a page, or a tile of several when there are too many pages
// to see.
#pragma once

#include <QRect>
#include <QSize>

namespace zipage::ui {

struct PageMapLayout {
  int numPages = 0;
  int pagesPerTile = 1;
  int columns = 1;
  int pitch = 0;  // px from one cell to the next; the gap is part of it

  int numTiles() const { return (numPages + pagesPerTile - 1) / pagesPerTile; }
  int numRows() const { return (numTiles() + columns - 1) / columns; }
  int gap() const { return pitch >= 10 ? 2 : 1; }
  QRect tileRect(int tile) const;
  int tileAt(const QPoint& place) const;  // -1: between cells or outside
  int firstPage(int tile) const { return tile * pagesPerTile; }
  int endPage(int tile) const;

  bool operator==(const PageMapLayout&) const = default;
};

/// The largest cells with which all pages fit into `area`.
PageMapLayout fitPages(int numPages, const QSize& area);

}  // namespace zipage::ui
