#pragma once

#include <QWidget>
#include <vector>

#include "ui/theme/theme.h"

namespace zipage::ui {

/// One value for each layer and KV head: a row is a layer, a column a head.
class HeadGrid final : public QWidget {
  Q_OBJECT

 public:
  struct Cell {
    float value = 0.0F;      // 0 … 1: how strongly it is filled
    bool isCrossed = false;  // a second channel beside the tone
    QString text;            // what it says, in words
  };

  explicit HeadGrid(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  /// [layers · kvHeads], layer by layer; none: nothing to show.
  void setCells(int kvHeads, std::vector<Cell> cells);
  int numCells() const { return static_cast<int>(m_cells.size()); }
  const Cell& cell(int head) const { return m_cells[static_cast<std::size_t>(head)]; }
  int current() const { return m_current; }  // where the keys are; −1: nowhere
  QRect rectOf(int head) const;
  /// All cells, one a line.
  QString table() const;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {80, sizeHint().height()}; }

 Q_SIGNALS:
  void pointed(int head);  // with pointer or keys; −1: no more

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;

 private:
  int numLayers() const { return m_kvHeads == 0 ? 0 : numCells() / m_kvHeads; }
  int cellSize() const;
  void point(int head);

  Theme m_theme;
  int m_kvHeads = 0;
  std::vector<Cell> m_cells;
  int m_current = -1;
};

}  // namespace zipage::ui
