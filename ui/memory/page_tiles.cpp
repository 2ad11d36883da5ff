// Invariant of a grid: tile i lies in column i % columns and row i / columns, and no row passes the area.
#include "ui/memory/page_tiles.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_set>

namespace zipage::ui {

namespace {

constexpr int kFull = 255;
constexpr std::size_t kNumStates = static_cast<std::size_t>(PageState::Swapped) + 1;

int gapOf(int tileSize) { return tileSize >= 10 ? 2 : 1; }

int numTilesFor(int numPages, int pagesPerTile) { return (numPages + pagesPerTile - 1) / pagesPerTile; }

struct Tally {
  std::array<int, kNumStates> pagesIn{};
  std::vector<std::pair<OwnerId, int>> pagesOf;  // a tile rarely has more than a few
  int tokensLive = 0;

  void add(const PageSnapshot& page) {
    if (page.state == PageState::Free) return;
    ++pagesIn[static_cast<std::size_t>(page.state)];
    tokensLive += page.tokensLive;
    const auto known = std::find_if(pagesOf.begin(), pagesOf.end(),
                                    [&](const auto& entry) { return entry.first == page.owner; });
    if (known == pagesOf.end())
      pagesOf.emplace_back(page.owner, 1);
    else
      ++known->second;
  }
  // What most of the held pages are; a page that is being compressed shows through any number of others.
  PageState state() const {
    if (pagesIn[static_cast<std::size_t>(PageState::Compressing)] > 0) return PageState::Compressing;
    const auto most = std::max_element(pagesIn.begin(), pagesIn.end());
    return *most == 0 ? PageState::Free : static_cast<PageState>(most - pagesIn.begin());
  }
  OwnerId owner() const {
    const auto most = std::max_element(pagesOf.begin(), pagesOf.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == pagesOf.end() ? OwnerId{} : most->first;
  }
};

Tile tileOf(const CacheSnapshot& snapshot, std::size_t first, std::size_t end) {
  const int numSlots = std::max(1, static_cast<int>(end - first) * snapshot.pageTokens);
  const auto fillOf = [&](int tokens) { return std::min(kFull, tokens * kFull / numSlots); };
  if (end - first == 1) {
    const PageSnapshot& page = snapshot.pages[first];
    return {page.state, page.owner, fillOf(page.tokensLive)};
  }
  Tally tally;
  for (std::size_t page = first; page < end; ++page) tally.add(snapshot.pages[page]);
  return {tally.state(), tally.owner(), fillOf(tally.tokensLive)};
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

TileGrid gridOf(int numPages, int width, int tileSize) {
  return {std::max(0, numPages), 1, std::max(1, width / tileSize), tileSize};
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
