#pragma once

#include <QStringList>
#include <QWidget>
#include <memory>

#include "engine/cache/cache_snapshot.h"
#include "ui/memory/memory_model.h"
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

/// The memory of the engine: counters, page map with its legend, what a chosen page holds, and the sequences
/// that hold pages, all at the shown moment.
class MemoryPanel final : public QWidget {
  Q_OBJECT

 public:
  MemoryPanel(MemoryModel& model, OwnerColors& colors, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setOwnerNames(const OwnerNames& names);
  /// Of now; not shown while the cursor is at another moment.
  void setSnapshot(std::shared_ptr<const CacheSnapshot> snapshot);
  void setFigures(const MemoryFigures& figures);
  /// Empty: the engine runs here. Where it runs elsewhere there is no map, and what it says stands in its
  /// place.
  void setRemoteHost(const QString& host);
  void setRemoteFacts(const QStringList& lines);
  /// The chat whose future is told.
  void setChat(OwnerId chat);

 private:
  void makeTable();
  bool isNow() const;
  void showMoment();
  void showEmptyText();
  void showSnapshot(std::shared_ptr<const CacheSnapshot> snapshot);
  void choosePage(PageIndex page);
  void showChosen();
  QString firstWordsOf(PageIndex page) const;
  void showMenu(const QPoint& globalPosition);
  void copyTable();

  MemoryModel& m_model;
  std::shared_ptr<const CacheSnapshot> m_latest;
  std::shared_ptr<const CacheSnapshot> m_snapshot;  // that is shown
  MemoryFigures m_figures;                          // of now
  OwnerNames m_names;
  OwnerId m_chat;
  QString m_remoteHost;
  QStringList m_remoteFacts;
  MemorySummary* m_summary;
  PageMap* m_map;
  PageLegend* m_legend;
  QLabel* m_forecast;
  QLabel* m_words;  // of the chosen page
  QLabel* m_empty;
  SequenceModel* m_sequences;
  QTreeView* m_table;
};

}  // namespace zipage::ui
