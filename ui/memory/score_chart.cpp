#include "ui/memory/score_chart.h"

#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/memory/memory_texts.h"

namespace zipage::ui {

namespace {

constexpr int kAxisHeight = 18;

}  // namespace

ScoreChart::ScoreChart(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("scoreChart"));
  setAccessibleName(tr("Scores of the compression"));
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void ScoreChart::setTheme(const Theme& theme) {
  m_theme = theme;
  update();
}

void ScoreChart::setHistogram(ScoreHistogram histogram) {
  m_histogram = std::move(histogram);
  setAccessibleDescription(
      m_histogram.isKnown && !m_histogram.bins.empty()
          ? tr("Scores from %1; the cut is at %2.")
                .arg(scoreText(m_histogram.bins.front().from), scoreText(m_histogram.cut))
          : tr("Scores are not known."));
  update();
}

QString ScoreChart::table() const {
  QString lines = tr("score from\tkept\tevicted\n");
  for (const ScoreBin& bin : m_histogram.bins)
    lines += QStringLiteral("%1\t%2\t%3\n").arg(bin.from).arg(bin.kept).arg(bin.evicted);
  return lines;
}

void ScoreChart::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const auto& bins = m_histogram.bins;
  const int height = this->height() - kAxisHeight;
  if (!m_histogram.isKnown || bins.empty()) return;
  std::int64_t most = 1;
  for (const ScoreBin& bin : bins) most = std::max(most, bin.kept + bin.evicted);
  // Roots, so that the few at the ends can be seen beside the many.
  const auto scaled = [&](std::int64_t count) {
    return std::sqrt(static_cast<double>(count) / static_cast<double>(most)) * (height - 4);
  };
  const double step = static_cast<double>(width()) / static_cast<double>(bins.size());
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const double all = scaled(bins[i].kept + bins[i].evicted);
    const double kept =
        bins[i].kept + bins[i].evicted == 0
            ? 0.0
            : all * static_cast<double>(bins[i].kept) / static_cast<double>(bins[i].kept + bins[i].evicted);
    const QRectF bar(step * static_cast<double>(i), height - all, std::max(1.0, step - 1.0), all);
    painter.fillRect(bar, QBrush(m_theme.mutedText, Qt::Dense5Pattern));
    painter.fillRect(QRectF(bar.left(), height - kept, bar.width(), kept), m_theme.accent);
  }
  painter.fillRect(QRectF(0, height, width(), 1), m_theme.hairline);
  const float range = m_histogram.binWidth * static_cast<float>(bins.size());
  const double cut = range > 0.0F ? (m_histogram.cut - bins.front().from) / range * width() : 0.0;
  painter.fillRect(QRectF(std::clamp(cut, 0.0, width() - 1.0), 0, 1, height), m_theme.text);
  painter.setPen(m_theme.mutedText);
  const QString text = tr("cut %1").arg(scoreText(m_histogram.cut));
  const int wide = painter.fontMetrics().horizontalAdvance(text);
  painter.drawText(
      QPointF(std::clamp(cut - wide / 2.0, 0.0, std::max(0.0, static_cast<double>(width() - wide))),
              this->height() - 4.0),
      text);
}

}  // namespace zipage::ui
