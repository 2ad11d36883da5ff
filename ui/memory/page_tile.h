// What one cell of the page map says, and how it is drawn: colour for the owner, a pattern for the state, a
// level for the share of its slots in use.
#pragma once

#include <QPainter>

#include "engine/cache/cache_snapshot.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

struct PageTile {
  PageState state = PageState::Free;
  OwnerId owner;
  int tokensLive = 0;
  int tokensRoom = 0;
  int pagesHeld = 0;

  double level() const { return tokensRoom > 0 ? static_cast<double>(tokensLive) / tokensRoom : 0.0; }
  bool operator==(const PageTile&) const = default;
};

/// Pages `first` to `end` as one cell: the owner and the state of most of them that are held.
PageTile tileOf(const CacheSnapshot& snapshot, int first, int end);
/// `color` is the owner's.
void paintTile(QPainter& painter, const QRect& rect, const PageTile& tile, const QColor& color,
               const Theme& theme);

}  // namespace zipage::ui
