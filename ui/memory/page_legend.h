// What the patterns of the page map mean. Always visible under the map.
#pragma once

#include <QWidget>

#include "ui/theme/theme.h"

namespace zipage::ui {

class PageLegend final : public QWidget {
  Q_OBJECT

 public:
  explicit PageLegend(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  int columnWidth() const;
  int numColumns(int width) const;
  int rowHeight() const;

  Theme m_theme;
};

}  // namespace zipage::ui
