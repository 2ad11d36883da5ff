#include "ui/memory/event_marks.h"

#include <QPainter>
#include <QPainterPath>

namespace zipage::ui {

namespace {

QPainterPath triangle(double top, double point, double half) {
  QPainterPath path;
  path.moveTo(-half, top);
  path.lineTo(half, top);
  path.lineTo(0.0, point);
  path.closeSubpath();
  return path;
}

int weightOf(MemoryEventKind kind) {
  switch (kind) {
    case MemoryEventKind::Preempted:
      return 6;
    case MemoryEventKind::SwappedOut:
    case MemoryEventKind::SwappedIn:
      return 5;
    case MemoryEventKind::Compressed:
      return 4;
    case MemoryEventKind::Pinned:
      return 3;
    case MemoryEventKind::Started:
    case MemoryEventKind::Finished:
      return 2;
    case MemoryEventKind::PrefixDropped:
      return 1;
  }
  return 0;
}

}  // namespace

void paintEventMark(QPainter& painter, const QPointF& place, MemoryEventKind kind, const QColor& color) {
  const double half = kEventMark / 2.0;
  painter.save();
  painter.translate(place);
  painter.setPen(QPen(color, 1.6));
  painter.setBrush(color);
  switch (kind) {
    case MemoryEventKind::Started:
      painter.setBrush(Qt::NoBrush);
      painter.drawEllipse(QPointF(), half - 1.5, half - 1.5);
      break;
    case MemoryEventKind::Finished:
      painter.drawEllipse(QPointF(), half - 2.0, half - 2.0);
      break;
    case MemoryEventKind::Compressed:
      painter.setPen(Qt::NoPen);
      painter.drawPath(triangle(-half, -0.5, half - 0.5));
      painter.drawPath(triangle(half, 0.5, half - 0.5));
      break;
    case MemoryEventKind::Preempted:
      painter.drawLine(QPointF(-half + 1, -half + 1), QPointF(half - 1, half - 1));
      painter.drawLine(QPointF(-half + 1, half - 1), QPointF(half - 1, -half + 1));
      break;
    case MemoryEventKind::SwappedOut:
      painter.setPen(Qt::NoPen);
      painter.drawPath(triangle(half, -half, half));
      break;
    case MemoryEventKind::SwappedIn:
      painter.setPen(Qt::NoPen);
      painter.drawPath(triangle(-half, half, half));
      break;
    case MemoryEventKind::PrefixDropped:
      painter.drawLine(QPointF(-half + 1, 0), QPointF(half - 1, 0));
      break;
    case MemoryEventKind::Pinned:
      painter.setPen(Qt::NoPen);
      painter.drawRect(QRectF(-half + 1.5, -half + 1.5, kEventMark - 3.0, kEventMark - 3.0));
      break;
  }
  painter.restore();
}

bool outweighs(MemoryEventKind kind, MemoryEventKind other) { return weightOf(kind) > weightOf(other); }

}  // namespace zipage::ui
