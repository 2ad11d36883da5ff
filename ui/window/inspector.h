#pragma once

#include <QObject>
#include <QSet>

#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

class QDockWidget;
class QMainWindow;

namespace zipage::ui {

class DockTitle;
class EvictionPanel;
class GenerationPanel;
class MemoryModel;
class MemoryPanel;
class TimelinePanel;

/// What memory holds, and how replies are made: docks of a window, side by side in tabs until somebody moves,
/// floats or closes one.
class Inspector final : public QObject {
  Q_OBJECT

 public:
  /// `memory` outlives it.
  Inspector(MemoryModel& memory, OwnerColors& colors, QMainWindow& window);
  ~Inspector() override;

  void setTheme(const Theme& theme);
  MemoryPanel& memory() { return *m_memory; }
  GenerationPanel& generation() { return *m_generation; }
  /// All docks, or none.
  void setShown(bool shown);
  /// Whether any dock is open, be it behind another's tab.
  bool isShown() const;
  void showMemory();
  void showTimeline();
  void showEvictions();
  EvictionPanel& evictions() { return *m_evictions; }
  void showGeneration();

 Q_SIGNALS:
  void shownChanged(bool shown);
  void memoryWatched(bool watched);  // whether anything of the memory can be seen

 private:
  QDockWidget* addDock(const QString& name, const QString& title, QWidget* content);
  void arrange();
  void tidyTabs();
  void noticeDocks();
  void show(QDockWidget* dock);

  QMainWindow& m_window;
  MemoryPanel* m_memory;
  TimelinePanel* m_timeline;
  EvictionPanel* m_evictions;
  GenerationPanel* m_generation;
  QVector<QDockWidget*> m_docks;
  QVector<DockTitle*> m_titles;
  QSet<qsizetype> m_seen;  // docks of the memory that are in view
  bool m_wasWatched = true;
  bool m_wasShown = true;
};

}  // namespace zipage::ui
