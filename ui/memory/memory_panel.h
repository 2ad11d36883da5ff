#pragma once

#include <QWidget>
#include <memory>

#include "engine/cache/cache_snapshot.h"
#include "ui/memory/owner_names.h"
#include "ui/memory_figures.h"
#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

class QLabel;
class QTreeView;

namespace zipage::ui {

class MemorySummary;
class PageLegend;
class PageMap;
class SequenceModel;

/// The memory of the engine, live: counters, page map with its legend, and the sequences that hold pages.
class MemoryPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit MemoryPanel(OwnerColors& colors, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setOwnerNames(const OwnerNames& names);
  void setSnapshot(std::shared_ptr<const CacheSnapshot> snapshot);
  void setFigures(const MemoryFigures& figures);

 private:
  void makeTable();
  void showMenu(const QPoint& globalPosition);
  void copyTable();

  std::shared_ptr<const CacheSnapshot> m_snapshot;
  OwnerNames m_names;
  MemorySummary* m_summary;
  PageMap* m_map;
  PageLegend* m_legend;
  QLabel* m_empty;
  SequenceModel* m_sequences;
  QTreeView* m_table;
};

}  // namespace zipage::ui
