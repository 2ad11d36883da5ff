// Pointer and keys of the timeline.
#include <QFocusEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/memory/event_marks.h"
#include "ui/memory/memory_texts.h"
#include "ui/memory/timeline.h"

namespace zipage::ui {

namespace {

constexpr double kDragDistance = 4.0;
constexpr double kZoomStep = 0.8;
constexpr Duration kShortest = std::chrono::milliseconds(20);

}  // namespace

void Timeline::fit() {
  m_range.reset();
  update();
}

void Timeline::zoom(int steps) { zoomAround(std::pow(kZoomStep, steps), m_model.shownAt()); }

void Timeline::zoomAround(double factor, Duration moment) {
  const TimeScale time = scale();
  const Duration whole = time.time.workAt(m_model.now());
  const auto length = std::max(
      kShortest, Duration(static_cast<Duration::rep>(static_cast<double>(time.length().count()) * factor)));
  if (length >= whole) return fit();
  const Duration work = std::clamp(time.time.workAt(moment), time.from, time.to);
  const double share = time.xOfWork(work) / time.width;
  const Duration before(static_cast<Duration::rep>(static_cast<double>(length.count()) * share));
  setRange(work - before, work - before + length);
}

void Timeline::setRange(Duration from, Duration to) {
  const Duration length = to - from;
  const Duration end = scale().time.workAt(m_model.now());
  from = std::max(Duration::zero(), std::min(from, end - length));
  m_range = Range{from, from + length};
  update();
}

void Timeline::scrubTo(double x) {
  const TimeScale time = scale();
  if (x >= time.width - 1.0 && time.last() >= m_model.now()) return m_model.cursor().setMoment(std::nullopt);
  m_model.cursor().setMoment(time.at(std::clamp(x, 0.0, time.width)));
}

/// By samples, as far as they are told apart; past the last one it is now.
void Timeline::step(int samples) {
  const auto& spans = m_model.history().samples().spans();
  if (spans.empty()) return;
  const auto after =
      std::upper_bound(spans.begin(), spans.end(), m_model.shownAt(),
                       [](Duration value, const SampleSpan& span) { return value < span.from; });
  const auto place = after - spans.begin() - 1 + samples;
  if (place + 1 >= static_cast<std::ptrdiff_t>(spans.size())) return m_model.cursor().setMoment(std::nullopt);
  m_model.cursor().setMoment(spans[static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, place))].last.at);
}

const MemoryEvent* Timeline::eventNear(const QPointF& position) const {
  const QRectF lane = lanes().events;
  if (position.y() < lane.top() - 3.0 || position.y() > lane.bottom() + 3.0) return nullptr;
  const TimeScale time = scale();
  const MemoryEvent* nearest = nullptr;
  double distance = kEventMark;
  for (const MemoryEvent& event : m_model.history().events()) {
    const double away = std::abs(time.xOf(event.at) - position.x());
    if (away > distance || (away == distance && nearest != nullptr)) continue;
    nearest = &event;
    distance = away;
  }
  return nearest;
}

void Timeline::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return QWidget::mousePressEvent(event);
  m_pressed = event->position();
  m_isPanning = false;
  m_pressedRange = {scale().from, scale().to};
}

/// Dragging moves what is in view; while everything is, it moves the cursor.
void Timeline::mouseMoveEvent(QMouseEvent* event) {
  if (!m_pressed) return;
  const double moved = event->position().x() - m_pressed->x();
  if (isFitted()) return scrubTo(event->position().x());
  m_isPanning = m_isPanning || std::abs(moved) >= kDragDistance;
  if (!m_isPanning) return;
  const Duration length = m_pressedRange.to - m_pressedRange.from;
  const Duration by(static_cast<Duration::rep>(static_cast<double>(length.count()) * moved / scale().width));
  setRange(m_pressedRange.from - by, m_pressedRange.to - by);
}

void Timeline::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  const bool isClick = m_pressed.has_value() && !m_isPanning;
  m_pressed.reset();
  if (!isClick) return;
  const MemoryEvent* happened = eventNear(event->position());
  if (happened != nullptr)
    m_model.cursor().goTo(happened->at, happened->request);
  else
    scrubTo(event->position().x());
}

/// Up and down look closer and less close, sideways moves what is in view.
void Timeline::wheelEvent(QWheelEvent* event) {
  const QPoint delta = event->angleDelta();
  event->accept();
  if (std::abs(delta.y()) > std::abs(delta.x()) && !event->modifiers().testFlag(Qt::ShiftModifier))
    return zoomAround(std::pow(kZoomStep, delta.y() / 120.0), scale().at(event->position().x()));
  if (isFitted()) return;
  const TimeScale time = scale();
  const Duration by = time.length() * (delta.x() != 0 ? delta.x() : delta.y()) / 1200;
  setRange(time.from - by, time.to - by);
}

void Timeline::keyPressEvent(QKeyEvent* event) {
  const bool isFar = event->modifiers().testFlag(Qt::ShiftModifier);
  const int steps = isFar ? 100 : event->modifiers().testFlag(Qt::AltModifier) ? 10 : 1;
  switch (event->key()) {
    case Qt::Key_Left:
      return step(-steps);
    case Qt::Key_Right:
      return step(steps);
    case Qt::Key_PageUp:
      return toCompressionBefore();
    case Qt::Key_PageDown:
      m_model.stepCompression(1);
      return;
    case Qt::Key_Home:
      return m_model.cursor().setMoment(start());
    case Qt::Key_End:
      return m_model.cursor().setMoment(std::nullopt);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoom(1);
    case Qt::Key_Minus:
      return zoom(-1);
    case Qt::Key_0:
      return fit();
    default:
      QWidget::keyPressEvent(event);
  }
}

/// To the one that is shown first, if it is over: its moment lies before the cursor's.
void Timeline::toCompressionBefore() {
  const CompressionEntry* shown = m_model.compression();
  if (shown != nullptr && shown->at < m_model.shownAt())
    m_model.cursor().setMoment(shown->at);
  else
    m_model.stepCompression(-1);
}

bool Timeline::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const MemoryEvent* happened = eventNear(help->pos());
  const QString text = happened == nullptr ? QString()
                                           : tr("%1 · %2\n%3")
                                                 .arg(kindText(happened->kind),
                                                      m_model.nameOf(happened->owner), detailText(*happened));
  text.isEmpty() ? QToolTip::hideText() : QToolTip::showText(help->globalPos(), text, this);
  return true;
}

void Timeline::focusInEvent(QFocusEvent*) {
  setAccessibleDescription(sentence());
  update();
}

void Timeline::focusOutEvent(QFocusEvent*) { update(); }

}  // namespace zipage::ui
