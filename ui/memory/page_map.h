#pragma once

#include <QElapsedTimer>
#include <QPixmap>
#include <QTimer>
#include <QWidget>
#include <memory>

#include "ui/memory/owner_names.h"
#include "ui/memory/page_tiles.h"
#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

/// The page pool, a tile a page. Draws again only the tiles that changed.
class PageMap final : public QWidget {
  Q_OBJECT

 public:
  explicit PageMap(OwnerColors& colors, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setOwnerNames(OwnerNames names) { m_names = std::move(names); }
  void setSnapshot(std::shared_ptr<const CacheSnapshot> snapshot);
  const TileGrid& grid() const { return m_grid; }
  QString describe(int tile) const;
  int cursorTile() const { return m_cursor; }  // chosen with the keys; -1: none
  int numTilesDrawn() const { return m_numTilesDrawn; }
  bool isHighlighting() const { return m_fade.isActive(); }
  QSize sizeHint() const override { return {360, 240}; }
  QSize minimumSizeHint() const override { return {120, 72}; }

 signals:
  void gridChanged(int pagesPerTile);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  bool event(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;

 private:
  void fitGrid();
  void drawAll();
  void drawTiles(const std::vector<int>& tiles);
  void highlight(std::vector<int> tiles);
  void fade();
  void moveCursor(int tile);
  void showDescription(const QPoint& globalPosition, int tile);
  QString describePages(int first, int count) const;
  QString nameOf(OwnerId owner) const;

  OwnerColors& m_colors;
  OwnerNames m_names;
  Theme m_theme;
  std::shared_ptr<const CacheSnapshot> m_snapshot;
  TileGrid m_grid;
  std::vector<Tile> m_tiles;
  QPixmap m_canvas;
  std::vector<int> m_highlighted;
  QElapsedTimer m_sinceHighlight;
  QTimer m_fade;
  int m_numTilesDrawn = 0;
  int m_cursor = -1;
};

}  // namespace zipage::ui
