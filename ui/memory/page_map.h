#pragma once

#include <QElapsedTimer>
#include <QImage>
#include <QTimer>
#include <QWidget>
#include <functional>
#include <memory>
#include <optional>

#include "ui/memory/owner_names.h"
#include "ui/memory/page_tiles.h"
#include "ui/memory/tile_stamps.h"
#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

/// The page pool, a tile a page, or a tile for several while they are too many to see. Draws again only the
/// tiles that changed. It can be zoomed and, once it is larger than its place, moved up and down.
class PageMap final : public QWidget {
  Q_OBJECT

 public:
  /// The first words that a page holds; empty: not known.
  using WordsOfPage = std::function<QString(PageIndex)>;

  explicit PageMap(OwnerColors& colors, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setOwnerNames(OwnerNames names) { m_names = std::move(names); }
  void setWords(WordsOfPage words) { m_words = std::move(words); }
  void setSnapshot(std::shared_ptr<const CacheSnapshot> snapshot);
  /// The page that was chosen, outlined; −1: none.
  void setChosenPage(PageIndex page);
  /// Other pages that are outlined: those that hold a chosen word.
  void setMarkedPages(std::vector<PageIndex> pages);
  const TileGrid& grid() const { return m_grid; }
  /// In the widget's own coordinates, as scrolled.
  QRect rectOf(int tile) const;
  QString describe(int tile) const;
  int cursorTile() const { return m_cursor; }  // where the keys are; -1: nowhere
  int numTilesDrawn() const { return m_numTilesDrawn; }
  bool isHighlighting() const { return m_fade.isActive(); }
  bool isZoomed() const { return m_zoom > 0; }
  QSize sizeHint() const override { return {360, 240}; }
  QSize minimumSizeHint() const override { return {120, 72}; }

 public Q_SLOTS:
  void zoom(int steps);
  void fit();

 Q_SIGNALS:
  void gridChanged(int pagesPerTile);
  void pageChosen(int page);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  bool event(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;

 private:
  QSize screenSize() const { return size() * devicePixelRatioF(); }
  int numPages() const { return m_snapshot ? static_cast<int>(m_snapshot->pages.size()) : 0; }
  int tileUnder(const QPoint& position) const;
  void layOut();
  void drawAll();
  void drawTiles(const std::vector<int>& tiles);
  void zoomAround(int steps, const QPoint& position);
  void scrollTo(int offset);
  void highlight(std::vector<int> tiles);
  void fade();
  void moveCursor(int tile);
  void choose(int tile);
  void paintOutlines(QPainter& painter) const;
  void showDescription(const QPoint& globalPosition, int tile);
  QString describePages(int first, int count) const;
  QString nameOf(OwnerId owner) const;

  OwnerColors& m_colors;
  OwnerNames m_names;
  WordsOfPage m_words;
  Theme m_theme;
  std::shared_ptr<const CacheSnapshot> m_snapshot;
  TileGrid m_grid;
  TileStamps m_stamps;
  std::vector<Tile> m_tiles;
  QImage m_canvas;
  int m_zoom = 0;    // size of a tile that was zoomed to; 0: all pages fit
  int m_offset = 0;  // pixels of the screen above the top
  std::vector<int> m_highlighted;
  QElapsedTimer m_sinceHighlight;
  QTimer m_fade;
  int m_numTilesDrawn = 0;
  int m_cursor = -1;
  PageIndex m_chosen = -1;
  std::vector<PageIndex> m_marked;
  std::optional<QPoint> m_pressed;
  int m_pressedOffset = 0;
  bool m_isDragged = false;
};

}  // namespace zipage::ui
