// What the page map draws, worked out of a snapshot: a tile a page, or a tile for several where pages are
// many.
#pragma once

#include <QRect>
#include <QSize>
#include <vector>

#include "engine/cache/cache_snapshot.h"

namespace zipage::ui {

/// How tiles lie in an area, in pixels of the screen: rows from the top left, all of one size.
struct TileGrid {
  int numTiles = 0;
  int pagesPerTile = 1;
  int columns = 1;
  int tileSize = 6;  // with the gap to the next one

  int tileAt(const QPoint& point) const;  // -1: none
  QRect rectOf(int tile) const;
  int height() const { return (numTiles + columns - 1) / columns * tileSize; }
  bool operator==(const TileGrid&) const = default;
};

constexpr int kSmallestTile = 6;
constexpr int kLargestTile = 24;

/// The largest tiles, up to kLargestTile, with which all pages fit; several pages share one where a page
/// would be smaller than kSmallestTile.
TileGrid gridFor(int numPages, const QSize& area);
/// A tile a page, of this size; it may be higher than the area.
TileGrid gridOf(int numPages, int width, int tileSize);

struct Tile {
  PageState state = PageState::Free;
  OwnerId owner;
  int fill = 0;  // of 255: share of the slots that hold a token
  bool operator==(const Tile&) const = default;
};

/// `pagesPerTile` pages become one: the owner and the state of most that are held, but a compression always
/// shows.
std::vector<Tile> tilesOf(const CacheSnapshot& snapshot, int pagesPerTile);

/// Tiles with a page that a compression changed: it was compressing, or lost tokens, or went free.
std::vector<int> compressedTiles(const CacheSnapshot& before, const CacheSnapshot& after, int pagesPerTile);

}  // namespace zipage::ui
