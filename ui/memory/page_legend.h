#pragma once

#include <QWidget>

#include "ui/theme/theme.h"

namespace zipage::ui {

/// What the patterns of the page map mean; always in view.
class PageLegend final : public QWidget {
  Q_OBJECT

 public:
  explicit PageLegend(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setPagesPerTile(int pagesPerTile);
  QSize sizeHint() const override;
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  int columnsFor(int width) const;
  int rowHeight() const;
  int entryWidth() const;

  Theme m_theme;
  int m_pagesPerTile = 1;
};

}  // namespace zipage::ui
