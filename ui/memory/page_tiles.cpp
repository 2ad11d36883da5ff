// Invariant of a grid: tile i lies in column i % columns and row i / columns, and no row passes the area.
#include "ui/memory/page_tiles.h"

#include <algorithm>
#include <map>
#include <unordered_set>

namespace zipage::ui {

namespace {

constexpr int kLargestTile = 24;
constexpr int kSmallestTile = 6;
constexpr int kFull = 255;

int gapOf(int tileSize) { return tileSize >= 10 ? 2 : 1; }

int numTilesFor(int numPages, int pagesPerTile) { return (numPages + pagesPerTile - 1) / pagesPerTile; }

// What most of the held pages are; a page that is being compressed shows through any number of others.
PageState stateOfMost(const std::map<PageState, int>& pagesIn) {
  if (pagesIn.contains(PageState::Compressing)) return PageState::Compressing;
  const auto most = std::max_element(pagesIn.begin(), pagesIn.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == pagesIn.end() ? PageState::Free : most->first;
}

OwnerId ownerOfMost(const std::map<OwnerId, int>& pagesOf) {
  const auto most = std::max_element(pagesOf.begin(), pagesOf.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == pagesOf.end() ? OwnerId{} : most->first;
}

Tile tileOf(const CacheSnapshot& snapshot, std::size_t first, std::size_t end) {
  std::map<PageState, int> pagesIn;
  std::map<OwnerId, int> pagesOf;
  int tokensLive = 0;
  for (std::size_t page = first; page < end; ++page) {
    const PageSnapshot& held = snapshot.pages[page];
    if (held.state == PageState::Free) continue;
    ++pagesIn[held.state];
    ++pagesOf[held.owner];
    tokensLive += held.tokensLive;
  }
  const int numSlots = std::max(1, static_cast<int>(end - first) * snapshot.pageTokens);
  return {stateOfMost(pagesIn), ownerOfMost(pagesOf), std::min(kFull, tokensLive * kFull / numSlots)};
}

std::unordered_set<std::uint64_t> compressedSince(const CacheSnapshot& before, const CacheSnapshot& after) {
  std::map<RequestId, int> compressionsOf;
  for (const SequenceSnapshot& sequence : before.sequences)
    compressionsOf[sequence.request] = sequence.compressions;
  std::unordered_set<std::uint64_t> requests;
  for (const SequenceSnapshot& sequence : after.sequences) {
    if (sequence.compressions > compressionsOf[sequence.request]) requests.insert(sequence.request.value);
  }
  return requests;
}

}  // namespace

int TileGrid::tileAt(const QPoint& point) const {
  if (point.x() < 0 || point.y() < 0 || point.x() / tileSize >= columns) return -1;
  const int tile = point.y() / tileSize * columns + point.x() / tileSize;
  return tile < numTiles && rectOf(tile).contains(point) ? tile : -1;
}

QRect TileGrid::rectOf(int tile) const {
  const int side = tileSize - gapOf(tileSize);
  return {tile % columns * tileSize, tile / columns * tileSize, side, side};
}

TileGrid gridFor(int numPages, const QSize& area) {
  TileGrid grid;
  for (int size = kLargestTile; size >= kSmallestTile; --size) {
    grid = {std::max(0, numPages), 1, std::max(1, area.width() / size), size};
    if (grid.height() <= area.height()) return grid;
  }
  const int room = grid.columns * std::max(1, area.height() / kSmallestTile);
  grid.pagesPerTile = numTilesFor(numPages, room);
  grid.numTiles = numTilesFor(numPages, grid.pagesPerTile);
  return grid;
}

std::vector<Tile> tilesOf(const CacheSnapshot& snapshot, int pagesPerTile) {
  const std::size_t numPages = snapshot.pages.size();
  const auto step = static_cast<std::size_t>(std::max(1, pagesPerTile));
  std::vector<Tile> tiles;
  tiles.reserve((numPages + step - 1) / step);
  for (std::size_t first = 0; first < numPages; first += step) {
    tiles.push_back(tileOf(snapshot, first, std::min(numPages, first + step)));
  }
  return tiles;
}

std::vector<int> compressedTiles(const CacheSnapshot& before, const CacheSnapshot& after, int pagesPerTile) {
  const auto requests = compressedSince(before, after);
  std::vector<int> tiles;
  const std::size_t numPages = std::min(before.pages.size(), after.pages.size());
  for (std::size_t page = 0; page < numPages; ++page) {
    const PageSnapshot& was = before.pages[page];
    const PageSnapshot& is = after.pages[page];
    const bool isSmaller = was.tokensLive > is.tokensLive && requests.contains(was.request.value);
    if (was.state != PageState::Compressing && !isSmaller) continue;
    const int tile = static_cast<int>(page) / std::max(1, pagesPerTile);
    if (tiles.empty() || tiles.back() != tile) tiles.push_back(tile);
  }
  return tiles;
}

}  // namespace zipage::ui
