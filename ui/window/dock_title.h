#pragma once

#include <QWidget>

#include "ui/theme/theme.h"

class QDockWidget;
class QLabel;
class QToolButton;

namespace zipage::ui {

/// The title of a dock: its name, and buttons to float and to close it. It can be dragged. Beside other docks
/// in tabs it shows nothing, since the tab says it all.
class DockTitle final : public QWidget {
  Q_OBJECT

 public:
  explicit DockTitle(QDockWidget& dock);

  void setTheme(const Theme& theme);
  /// REQUIRES: called again whenever the dock may have moved into tabs or out of them.
  void update();
  QSize minimumSizeHint() const override;
  QSize sizeHint() const override { return minimumSizeHint(); }

 private:
  QDockWidget& m_dock;
  QLabel* m_name;
  QToolButton* m_float;
  QToolButton* m_close;
  bool m_inTabs = false;
};

}  // namespace zipage::ui
