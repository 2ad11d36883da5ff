#include "ui/memory/head_grid.h"

#include <QKeyEvent>
#include <QPainter>
#include <algorithm>

#include "ui/memory/memory_texts.h"

namespace zipage::ui {

namespace {

constexpr int kLargestCell = 22;
constexpr int kSmallestCell = 6;
constexpr int kMostHeight = 260;
constexpr int kCellGap = 2;

}  // namespace

HeadGrid::HeadGrid(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("headGrid"));
  setAccessibleName(tr("Layers and heads"));
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void HeadGrid::setTheme(const Theme& theme) {
  m_theme = theme;
  update();
}

void HeadGrid::setCells(int kvHeads, std::vector<Cell> cells) {
  const bool isOtherShape = kvHeads != m_kvHeads || cells.size() != m_cells.size();
  m_kvHeads = kvHeads;
  m_cells = std::move(cells);
  if (isOtherShape) {
    m_current = -1;
    updateGeometry();
  }
  update();
}

int HeadGrid::cellSize() const {
  const int layers = std::max(1, numLayers());
  const int wide = (std::max(width(), 80) - kCellGap) / std::max(1, m_kvHeads) - kCellGap;
  const int high = kMostHeight / layers - kCellGap;
  return std::clamp(std::min(wide, high), kSmallestCell, kLargestCell);
}

QSize HeadGrid::sizeHint() const {
  return {m_kvHeads * (kLargestCell + kCellGap),
          std::max(1, numLayers()) * (cellSize() + kCellGap) + kCellGap};
}

QRect HeadGrid::rectOf(int head) const {
  const int step = cellSize() + kCellGap;
  return {kCellGap + head % m_kvHeads * step, kCellGap + head / m_kvHeads * step, cellSize(), cellSize()};
}

QString HeadGrid::table() const {
  QString lines;
  for (int head = 0; head < numCells(); ++head)
    lines += headText(head, m_kvHeads) + QLatin1Char('\t') + cell(head).text + QLatin1Char('\n');
  return lines;
}

void HeadGrid::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  for (int head = 0; head < numCells(); ++head) {
    const QRect rect = rectOf(head);
    const Cell& shown = cell(head);
    painter.fillRect(rect, mixed(m_theme.hover, m_theme.accent, std::clamp(shown.value, 0.0F, 1.0F)));
    if (shown.isCrossed) {
      painter.setPen(m_theme.mutedText);
      painter.drawLine(rect.topLeft(), rect.bottomRight());
      painter.drawLine(rect.topRight(), rect.bottomLeft());
    }
    if (head != m_current) continue;
    painter.setPen(QPen(m_theme.text, 2));
    painter.drawRect(rect.adjusted(0, 0, -1, -1));
  }
}

void HeadGrid::point(int head) {
  if (head == m_current) return;
  m_current = head;
  if (head >= 0) setAccessibleDescription(headText(head, m_kvHeads) + QStringLiteral(": ") + cell(head).text);
  update();
  Q_EMIT pointed(head);
}

void HeadGrid::mouseMoveEvent(QMouseEvent* event) {
  const int step = cellSize() + kCellGap;
  const int column = (event->pos().x() - kCellGap) / step, row = (event->pos().y() - kCellGap) / step;
  const bool isInside =
      m_kvHeads > 0 && event->pos().x() >= kCellGap && column < m_kvHeads && row >= 0 && row < numLayers();
  point(isInside ? row * m_kvHeads + column : -1);
}

void HeadGrid::leaveEvent(QEvent*) {
  if (!hasFocus()) point(-1);
}

void HeadGrid::focusOutEvent(QFocusEvent* event) {
  QWidget::focusOutEvent(event);
  point(-1);
}

void HeadGrid::keyPressEvent(QKeyEvent* event) {
  const int key = event->key();
  const int by = key == Qt::Key_Left    ? -1
                 : key == Qt::Key_Right ? 1
                 : key == Qt::Key_Up    ? -m_kvHeads
                 : key == Qt::Key_Down  ? m_kvHeads
                                        : 0;
  if (by == 0 || m_cells.empty()) return QWidget::keyPressEvent(event);
  point(m_current < 0 ? 0 : std::clamp(m_current + by, 0, numCells() - 1));
}

}  // namespace zipage::ui
