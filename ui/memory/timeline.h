#pragma once

#include <QWidget>
#include <optional>

#include "ui/memory/memory_model.h"
#include "ui/memory/time_scale.h"
#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

/// Pages, tokens, speed, requests and events over time, with the cursor that all views share. It follows what
/// is going on until somebody looks closer.
class Timeline final : public QWidget {
  Q_OBJECT

 public:
  Timeline(MemoryModel& model, OwnerColors& colors, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  TimeScale scale() const;
  bool isFitted() const { return !m_range.has_value(); }
  /// The shown moment in one sentence.
  QString sentence() const;
  /// The samples in view as lines of tab-separated values, with a header.
  QString table() const;
  QSize sizeHint() const override { return {360, 190}; }
  QSize minimumSizeHint() const override { return {200, 150}; }

 public Q_SLOTS:
  void fit();
  /// Closer by steps, around the cursor.
  void zoom(int steps);

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool event(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;

 private:
  struct Range {  // in time of work
    Duration from{};
    Duration to{};
  };
  struct Lanes {
    QRectF pages, rate, requests, events, axis;
  };

  Lanes lanes() const;
  Duration start() const;
  void refresh();
  void zoomAround(double factor, Duration moment);
  void setRange(Duration from, Duration to);
  void scrubTo(double x);
  void step(int samples);
  void toCompressionBefore();
  const MemoryEvent* eventNear(const QPointF& position) const;

  void paintPages(QPainter& painter, const QRectF& lane, const TimeScale& time) const;
  void paintRate(QPainter& painter, const QRectF& lane, const TimeScale& time) const;
  void paintRequests(QPainter& painter, const QRectF& lane, const TimeScale& time) const;
  void paintEvents(QPainter& painter, const QRectF& lane, const TimeScale& time) const;
  void paintIdles(QPainter& painter, double bottom, const TimeScale& time) const;
  void paintAxis(QPainter& painter, const QRectF& lane, const TimeScale& time) const;
  void paintCursor(QPainter& painter, const TimeScale& time) const;
  void paintCaption(QPainter& painter, const QRectF& lane, const QString& text) const;
  const MemorySample* shownSample() const;

  MemoryModel& m_model;
  OwnerColors& m_colors;
  Theme m_theme;
  std::optional<Range> m_range;  // none: everything, up to now
  std::optional<QPointF> m_pressed;
  Range m_pressedRange;
  bool m_isPanning = false;
};

}  // namespace zipage::ui
