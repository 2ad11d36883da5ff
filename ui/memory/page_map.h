// The pages of the engine's pool, a cell each, as the last snapshot has them.
#pragma once

#include <QWidget>
#include <functional>
#include <memory>
#include <vector>

#include "ui/memory/page_map_layout.h"
#include "ui/memory/page_tile.h"
#include "ui/theme/owner_colors.h"

namespace zipage::ui {

class PageMap final : public QWidget {
  Q_OBJECT

 public:
  explicit PageMap(OwnerColors& colors, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setSnapshot(std::shared_ptr<const CacheSnapshot> snapshot);
  /// How an owner is called in words; "chat 3" without.
  void setOwnerNames(std::function<QString(OwnerId)> names);

  const PageMapLayout& layoutOfPages() const { return m_layout; }
  QString tileText(int tile) const;  // what the tooltip says
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void refresh();
  std::vector<PageTile> tilesNow() const;
  void moveCursor(int tile);
  QString ownerText(OwnerId owner) const;

  OwnerColors& m_colors;
  Theme m_theme;
  std::function<QString(OwnerId)> m_names;
  std::shared_ptr<const CacheSnapshot> m_snapshot;
  PageMapLayout m_layout;
  std::vector<PageTile> m_tiles;
  int m_cursor = -1;  // the cell chosen with the keys
};

}  // namespace zipage::ui
