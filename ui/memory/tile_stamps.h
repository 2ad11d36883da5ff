#pragma once

#include <QHash>
#include <QImage>

#include "ui/memory/page_tiles.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

/// Tiles that were painted once, to be copied: a map of a hundred thousand pages has few different ones.
class TileStamps {
 public:
  /// Of tiles of `side` pixels; those painted before are forgotten.
  void reset(int side, const Theme& theme);
  int side() const { return m_side; }
  /// Copies a tile to a place in a 32-bit image, as far as it lies inside.
  void copyTo(QImage& image, const QPoint& place, const Tile& tile, QRgb owner);

 private:
  const QImage& stampOf(const Tile& tile, QRgb owner);

  int m_side = 0;
  Theme m_theme;
  QHash<quint64, QImage> m_stamps;
};

}  // namespace zipage::ui
