#pragma once

#include <QWidget>

#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

class QStackedWidget;
class QTabBar;

namespace zipage::ui {

class GenerationPanel;
class MemoryPanel;

/// The column on the right: the engine's memory, and how replies are generated.
class Inspector final : public QWidget {
  Q_OBJECT

 public:
  explicit Inspector(OwnerColors& colors, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  MemoryPanel& memory() { return *m_memory; }
  GenerationPanel& generation() { return *m_generation; }
  void showMemory();
  void showGeneration();

  QSize sizeHint() const override { return {400, 600}; }

 private:
  void addPage(const QString& name, QWidget* page);

  MemoryPanel* m_memory;
  GenerationPanel* m_generation;
  QTabBar* m_tabs;
  QStackedWidget* m_pages;
};

}  // namespace zipage::ui
