// The inspector's view of the engine's memory: two numbers, the page map with its legend, the chats that hold
// pages, and the counters.
#pragma once

#include <QWidget>
#include <functional>
#include <memory>

#include "engine/cache/cache_snapshot.h"
#include "ui/memory_figures.h"
#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

class QLabel;

namespace zipage::ui {

class FigureGrid;
class PageLegend;
class PageMap;
class SequenceList;

class MemoryPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit MemoryPanel(OwnerColors& colors, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setSnapshot(const std::shared_ptr<const CacheSnapshot>& snapshot);  // null: no engine
  void setFigures(const MemoryFigures& figures);
  /// How an owner is called in words: the title of its chat.
  void setOwnerNames(const std::function<QString(OwnerId)>& names);

  PageMap& pageMap() { return *m_map; }

 private:
  void showHeadline();

  MemoryFigures m_figures;
  qint64 m_bytesPerPage = 0;
  QLabel* m_pages;
  QLabel* m_tokens;
  QLabel* m_bytes;
  PageMap* m_map;
  PageLegend* m_legend;
  SequenceList* m_sequences;
  FigureGrid* m_grid;
};

}  // namespace zipage::ui
