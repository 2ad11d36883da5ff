#include "ui/memory/tile_stamps.h"

#include <QPainter>
#include <algorithm>
#include <cstring>

#include "ui/memory/tile_painter.h"

namespace zipage::ui {

namespace {

/// Owners are twelve colours, fills as many as a tile has rows: more than this are never alive at a time.
constexpr qsizetype kMostStamps = 8192;

}  // namespace

void TileStamps::reset(int side, const Theme& theme) {
  m_side = side;
  m_theme = theme;
  m_stamps.clear();
}

const QImage& TileStamps::stampOf(const Tile& tile, QRgb owner) {
  const quint64 key =
      quint64{owner} << 16 | static_cast<quint64>(tile.state) << 8 | static_cast<quint64>(tile.fill);
  const auto known = m_stamps.constFind(key);
  if (known != m_stamps.constEnd()) return *known;
  if (m_stamps.size() >= kMostStamps) m_stamps.clear();
  QImage stamp(m_side, m_side, QImage::Format_RGB32);
  QPainter painter(&stamp);
  paintTile(painter, stamp.rect(), tile, QColor(owner), m_theme);
  painter.end();
  return *m_stamps.insert(key, stamp);
}

void TileStamps::copyTo(QImage& image, const QPoint& place, const Tile& tile, QRgb owner) {
  const QRect inside = QRect(place, QSize(m_side, m_side)).intersected(image.rect());
  if (inside.isEmpty()) return;
  const QImage& stamp = stampOf(tile, owner);
  const auto bytes = static_cast<std::size_t>(inside.width()) * sizeof(QRgb);
  const auto skipped = static_cast<std::size_t>(inside.left() - place.x());
  for (int y = inside.top(); y <= inside.bottom(); ++y) {
    const auto* from = reinterpret_cast<const QRgb*>(stamp.constScanLine(y - place.y())) + skipped;
    std::memcpy(reinterpret_cast<QRgb*>(image.scanLine(y)) + inside.left(), from, bytes);
  }
}

}  // namespace zipage::ui
