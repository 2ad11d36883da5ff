#pragma once

#include <QColor>
#include <QPointF>

#include "engine/trace/memory_event.h"

class QPainter;

namespace zipage::ui {

constexpr double kEventMark = 9.0;  // px, wide and high

/// The mark of one kind of event, with its middle at `place`: each kind has a shape of its own.
void paintEventMark(QPainter& painter, const QPointF& place, MemoryEventKind kind, const QColor& color);

/// Which of two events that would lie on one another is the one to see.
bool outweighs(MemoryEventKind kind, MemoryEventKind other);

}  // namespace zipage::ui
