// Walks through the whole program, with its own model at work, and photographs every view in light and dark.
#pragma once

#include <QDir>
#include <QTemporaryDir>
#include <functional>
#include <memory>

#include "app/gui/application.h"

namespace zipage::tour {

class Tour {
 public:
  /// Pictures go to `out`, named view-scheme-percent.png.
  Tour(const QDir& out, int percent);

  /// False: something did not come about, and the terminal says what.
  bool run();

 private:
  void start(const QString& profile);
  bool visitFirstStart();
  bool visitReply();
  void visitReading();
  void visitInspector();
  void visitMemory();
  void visitComparison();
  void visitDialogs();
  bool visitElsewhere();
  void visitTrouble();
  void visitNarrow();

  void photograph(const QString& view, QWidget* widget = nullptr);
  void useScheme(ui::ColorScheme scheme);
  void take(const QString& view, const QString& scheme, QWidget* widget);
  void closeDialogs();
  bool waitFor(const char* what, const std::function<bool()>& isThere, int ms);
  ui::MainWindow& window() { return m_application->window(); }
  QAction* action(const char* id);

  QDir m_out;
  int m_percent;
  QTemporaryDir m_profiles;
  std::unique_ptr<Application> m_application;
  ui::Preferences m_preferences;
};

}  // namespace zipage::tour
