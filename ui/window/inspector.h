#pragma once

#include <QObject>

#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

class QDockWidget;
class QMainWindow;

namespace zipage::ui {

class DockTitle;
class GenerationPanel;
class MemoryPanel;

/// What memory holds, and how replies are made: docks of a window, side by side in tabs until somebody moves,
/// floats or closes one.
class Inspector final : public QObject {
  Q_OBJECT

 public:
  Inspector(OwnerColors& colors, QMainWindow& window);
  ~Inspector() override;

  void setTheme(const Theme& theme);
  MemoryPanel& memory() { return *m_memory; }
  GenerationPanel& generation() { return *m_generation; }
  /// All docks, or none.
  void setShown(bool shown);
  /// Whether any dock is open, be it behind another's tab.
  bool isShown() const;
  void showMemory();
  void showGeneration();

 signals:
  void shownChanged(bool shown);
  void memoryWatched(bool watched);  // whether the memory dock can be seen

 private:
  QDockWidget* addDock(const QString& name, const QString& title, QWidget* content);
  void arrange();
  void tidyTabs();
  void noticeDocks();

  QMainWindow& m_window;
  MemoryPanel* m_memory;
  GenerationPanel* m_generation;
  QVector<QDockWidget*> m_docks;
  QVector<DockTitle*> m_titles;
  bool m_wasShown = true;
};

}  // namespace zipage::ui
