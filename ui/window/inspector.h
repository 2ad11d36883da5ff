#pragma once

#include <QWidget>

#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

class QStackedWidget;
class QTabBar;

namespace zipage::ui {

class GenerationPanel;
class MemoryPanel;

/// The right side: what memory holds, and how replies are made.
class Inspector final : public QWidget {
  Q_OBJECT

 public:
  explicit Inspector(OwnerColors& colors, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  MemoryPanel& memory() { return *m_memory; }
  GenerationPanel& generation() { return *m_generation; }
  void showMemory();
  void showGeneration();

 private:
  MemoryPanel* m_memory;
  GenerationPanel* m_generation;
  QTabBar* m_tabs;
  QStackedWidget* m_pages;
};

}  // namespace zipage::ui
