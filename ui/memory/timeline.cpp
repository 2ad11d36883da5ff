#include "ui/memory/timeline.h"

#include <QLocale>
#include <QPainter>
#include <QPainterPath>
#include <QStringList>
#include <algorithm>
#include <cmath>

#include "ui/memory/event_marks.h"
#include "ui/memory/memory_texts.h"
#include "ui/theme/fonts.h"

namespace zipage::ui {

namespace {

constexpr double kGap = 6.0;

/// A round number that is not smaller: 1, 2 or 5 with zeros.
double roundAbove(double value) {
  const double magnitude = std::pow(10.0, std::floor(std::log10(std::max(value, 1e-9))));
  for (const double step : {1.0, 2.0, 5.0, 10.0}) {
    if (step * magnitude >= value) return step * magnitude;
  }
  return value;
}

/// Calls draw(left, right, span) for each span in view, and for idle times with what they began with.
template <typename Draw>
void forSpans(const SampleHistory& samples, const TimeScale& scale, Draw draw) {
  const auto& spans = samples.spans();
  const auto after =
      std::upper_bound(spans.begin(), spans.end(), scale.first(),
                       [](Duration value, const SampleSpan& span) { return value < span.from; });
  for (auto span = after == spans.begin() ? after : std::prev(after); span != spans.end(); ++span) {
    if (span->from > scale.last()) break;
    const auto next = std::next(span);
    const bool isIdleAfter = next != spans.end() && areApart(*span, *next);
    const Duration end = next == spans.end() || isIdleAfter ? span->last.at : next->from;
    draw(std::max(0.0, scale.xOf(span->from)), std::min(scale.width, scale.xOf(end)), *span);
    if (isIdleAfter)
      draw(std::max(0.0, scale.xOf(end)), std::min(scale.width, scale.xOf(next->from)), spanOf(span->last));
  }
}

}  // namespace

Timeline::Timeline(MemoryModel& model, OwnerColors& colors, QWidget* parent)
    : QWidget(parent), m_model(model), m_colors(colors) {
  setObjectName(QStringLiteral("timeline"));
  setAccessibleName(tr("Timeline of the memory"));
  setFocusPolicy(Qt::StrongFocus);
  connect(&m_model, &MemoryModel::changed, this, &Timeline::refresh);
  connect(&m_model.cursor(), &MemoryCursor::moved, this, &Timeline::refresh);
}

void Timeline::setTheme(const Theme& theme) {
  m_theme = theme;
  update();
}

void Timeline::refresh() {
  if (!isVisible()) return;
  if (hasFocus()) setAccessibleDescription(sentence());
  update();
}

Duration Timeline::start() const {
  const auto& spans = m_model.history().samples().spans();
  return spans.empty() ? Duration::zero() : spans.front().from;
}

TimeScale Timeline::scale() const {
  const double w = std::max(1, width() - 1);
  WorkTime time(m_model.history().samples());
  if (m_range) return {std::move(time), m_range->from, m_range->to, w};
  const Duration end = std::max<Duration>(time.workAt(m_model.now()), std::chrono::milliseconds(100));
  return {std::move(time), Duration::zero(), end, w};
}

Timeline::Lanes Timeline::lanes() const {
  const double line = QFontMetricsF(smallFont(font())).height();
  const double w = width();
  Lanes lanes;
  lanes.axis = {0.0, height() - line, w, line};
  lanes.events = {0.0, lanes.axis.top() - kEventMark - 6.0, w, kEventMark + 4.0};
  const double room = lanes.events.top() - 3.0 * kGap;
  const double small = std::max(line + 14.0, room * 0.24);
  lanes.requests = {0.0, lanes.events.top() - kGap - small, w, small};
  lanes.rate = {0.0, lanes.requests.top() - kGap - small, w, small};
  lanes.pages = {0.0, 0.0, w, std::max(line + 14.0, lanes.rate.top() - kGap)};
  return lanes;
}

const MemorySample* Timeline::shownSample() const {
  const SampleSpan* span = m_model.history().samples().at(m_model.shownAt());
  return span == nullptr ? nullptr : &span->last;
}

QString Timeline::sentence() const {
  const MemorySample* sample = shownSample();
  if (sample == nullptr) return tr("Nothing has happened yet.");
  return tr("After %1: %2 of %3 pages held, %4 tokens live, %5 tokens per second, %6 running, %7 waiting.")
      .arg(momentText(sample->at - start()), countText(sample->pagesHeld), countText(sample->pagesTotal),
           countText(sample->tokensLive), QLocale().toString(sample->tokensPerSecond, 'f', 1),
           QString::number(sample->running), QString::number(sample->waiting));
}

QString Timeline::table() const {
  QString table =
      QStringLiteral("seconds\tsamples\tpages held\tmost pages\ttokens live\ttokens/s\trunning\twaiting\n");
  forSpans(m_model.history().samples(), scale(), [&](double, double, const SampleSpan& span) {
    const double seconds = std::chrono::duration<double>(span.last.at - start()).count();
    table +=
        QStringLiteral("%1\t%2\t%3\t%4\t%5\t%6\t%7\t%8\n")
            .arg(QString::number(seconds, 'f', 3), QString::number(span.numSamples),
                 QString::number(span.last.pagesHeld), QString::number(span.mostPages),
                 QString::number(span.last.tokensLive), QString::number(span.last.tokensPerSecond, 'f', 2),
                 QString::number(span.last.running), QString::number(span.last.waiting));
  });
  return table;
}

void Timeline::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(smallFont(font()));
  const Lanes places = lanes();
  if (m_model.history().samples().spans().empty()) {
    painter.setPen(m_theme.mutedText);
    painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap,
                     tr("Ask something: pages, tokens and speed appear here as they come."));
    return;
  }
  for (const QRectF& lane : {places.pages, places.rate, places.requests})
    painter.fillRect(lane, mixed(m_theme.panel, m_theme.text, 0.03));
  const TimeScale time = scale();
  paintIdles(painter, places.events.top(), time);
  paintPages(painter, places.pages, time);
  paintRate(painter, places.rate, time);
  paintRequests(painter, places.requests, time);
  paintEvents(painter, places.events, time);
  paintAxis(painter, places.axis, time);
  paintCursor(painter, time);
}

void Timeline::paintCaption(QPainter& painter, const QRectF& lane, const QString& text) const {
  const QRectF place = lane.adjusted(6.0, 2.0, -6.0, 0.0);
  painter.setPen(m_theme.text);
  painter.drawText(place, Qt::AlignLeft | Qt::AlignTop,
                   painter.fontMetrics().elidedText(text, Qt::ElideRight, static_cast<int>(place.width())));
}

/// Pages as an area, tokens as a line on the same scale: the gap between them is room inside pages.
void Timeline::paintPages(QPainter& painter, const QRectF& lane, const TimeScale& time) const {
  const SampleHistory& samples = m_model.history().samples();
  const auto snapshot = m_model.snapshot();
  const double pageTokens = snapshot ? std::max(1, snapshot->pageTokens) : 32.0;
  double most = 1.0;
  forSpans(samples, time,
           [&](double, double, const SampleSpan& span) { most = std::max<double>(most, span.mostPages); });
  const double top = lane.top() + painter.fontMetrics().height() + 4.0;
  const double bottom = lane.bottom();
  const double scale = (bottom - top) / roundAbove(most);
  const QColor area = mixed(m_theme.panel, m_theme.accent, 0.35);
  QPainterPath tokens;
  painter.setRenderHint(QPainter::Antialiasing, false);
  forSpans(samples, time, [&](double left, double right, const SampleSpan& span) {
    const double high = bottom - span.mostPages * scale;
    painter.fillRect(QRectF(left, high, std::max(1.0, right - left), bottom - high), area);
    const double y = bottom - static_cast<double>(span.last.tokensLive) / pageTokens * scale;
    tokens.elementCount() == 0 ? tokens.moveTo(left, y) : tokens.lineTo(left, y);
    tokens.lineTo(right, y);
  });
  painter.setRenderHint(QPainter::Antialiasing);
  painter.strokePath(tokens, QPen(m_theme.text, 1.4));
  const MemorySample* sample = shownSample();
  if (sample == nullptr) return;
  paintCaption(
      painter, lane,
      tr("%1 of %2 pages held   ―  %3 tokens live")
          .arg(countText(sample->pagesHeld), countText(sample->pagesTotal), countText(sample->tokensLive)));
}

void Timeline::paintRate(QPainter& painter, const QRectF& lane, const TimeScale& time) const {
  const SampleHistory& samples = m_model.history().samples();
  double most = 1.0;
  forSpans(samples, time,
           [&](double, double, const SampleSpan& span) { most = std::max(most, span.highestRate); });
  const double top = lane.top() + painter.fontMetrics().height() + 3.0;
  const double scale = (lane.bottom() - top) / roundAbove(most);
  QPainterPath line;
  forSpans(samples, time, [&](double left, double right, const SampleSpan& span) {
    const double y = lane.bottom() - span.last.tokensPerSecond * scale;
    line.elementCount() == 0 ? line.moveTo(left, y) : line.lineTo(left, y);
    line.lineTo(right, y);
  });
  painter.strokePath(line, QPen(m_theme.accent, 1.4));
  const MemorySample* sample = shownSample();
  if (sample != nullptr)
    paintCaption(painter, lane, tr("%1 tokens/s").arg(QLocale().toString(sample->tokensPerSecond, 'f', 1)));
}

void Timeline::paintRequests(QPainter& painter, const QRectF& lane, const TimeScale& time) const {
  const SampleHistory& samples = m_model.history().samples();
  int most = 1;
  forSpans(samples, time, [&](double, double, const SampleSpan& span) {
    most = std::max(most, span.mostRunning + span.mostWaiting);
  });
  const double top = lane.top() + painter.fontMetrics().height() + 3.0;
  const double scale = (lane.bottom() - top) / most;
  painter.setRenderHint(QPainter::Antialiasing, false);
  forSpans(samples, time, [&](double left, double right, const SampleSpan& span) {
    const double width = std::max(1.0, right - left);
    const double running = span.mostRunning * scale;
    const double waiting = span.mostWaiting * scale;
    painter.fillRect(QRectF(left, lane.bottom() - running, width, running),
                     mixed(m_theme.panel, m_theme.text, 0.45));
    painter.fillRect(QRectF(left, lane.bottom() - running - waiting, width, waiting), m_theme.warning);
  });
  painter.setRenderHint(QPainter::Antialiasing);
  const MemorySample* sample = shownSample();
  if (sample != nullptr)
    paintCaption(painter, lane, tr("%1 running, %2 waiting").arg(sample->running).arg(sample->waiting));
}

void Timeline::paintEvents(QPainter& painter, const QRectF& lane, const TimeScale& time) const {
  const MemoryEvent* pending = nullptr;
  double pendingX = 0.0;
  const auto paint = [&] {
    if (pending == nullptr) return;
    const QColor color =
        pending->owner ? m_colors.colorOf(pending->owner, m_theme.isDark) : m_theme.mutedText;
    const double x = std::clamp(pendingX, kEventMark / 2.0, time.width - kEventMark / 2.0);
    paintEventMark(painter, {x, lane.center().y()}, pending->kind, color);
  };
  // Marks that would lie on one another are one: that of the event that matters most.
  for (const MemoryEvent& event : m_model.history().events()) {
    const double x = time.xOf(event.at);
    if (x < 0.0 || x > time.width) continue;
    const bool overlaps = pending != nullptr && x - pendingX < kEventMark;
    if (!overlaps) {
      paint();
      pendingX = x;
      pending = &event;
    } else if (outweighs(event.kind, pending->kind)) {
      pending = &event;
    }
  }
  paint();
}

void Timeline::paintAxis(QPainter& painter, const QRectF& lane, const TimeScale& time) const {
  const auto secondsOf = [](Duration duration) { return std::chrono::duration<double>(duration).count(); };
  const double step = roundAbove(secondsOf(time.length()) * 90.0 / time.width);
  painter.setPen(m_theme.mutedText);
  double free = 0.0;
  for (double mark = std::ceil(secondsOf(time.from) / step) * step; mark <= secondsOf(time.to);
       mark += step) {
    const auto work = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(mark));
    const double x = time.xOfWork(work);
    const QString text = momentText(time.time.momentAt(work) - start());
    const double half = painter.fontMetrics().horizontalAdvance(text) / 2.0;
    if (x + half > lane.right() || (x - half < free && x > 1.0)) continue;
    const double left = std::max(2.0, x - half);
    free = left + 2.0 * half + kGap;
    painter.drawText(QPointF(left, lane.bottom() - painter.fontMetrics().descent()), text);
  }
}

/// Where time was left out.
void Timeline::paintIdles(QPainter& painter, double bottom, const TimeScale& time) const {
  painter.setPen(QPen(m_theme.hairline, 1.0, Qt::DotLine));
  for (const WorkTime::Idle& idle : time.time.idles()) {
    const double x = time.xOfWork(idle.work + WorkTime::kGlance / 2);
    if (x >= 0.0 && x <= time.width) painter.drawLine(QPointF(x, 0.0), QPointF(x, bottom));
  }
}

void Timeline::paintCursor(QPainter& painter, const TimeScale& time) const {
  const bool isLive = m_model.cursor().isLive();
  const double x = time.xOf(m_model.shownAt());
  if (x < -1.0 || x > width() + 1.0) return;
  const double bottom = lanes().axis.top();
  const QColor color = isLive ? m_theme.mutedText : m_theme.accent;
  painter.setPen(QPen(color, isLive ? 1.0 : 1.6));
  painter.drawLine(QPointF(x, 0.0), QPointF(x, bottom));
  if (hasFocus()) {
    painter.setBrush(color);
    painter.drawEllipse(QPointF(x, bottom), 3.5, 3.5);
  }
}

}  // namespace zipage::ui
