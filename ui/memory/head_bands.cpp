#include "ui/memory/head_bands.h"

#include <QKeyEvent>
#include <QLocale>
#include <QPainter>
#include <algorithm>

#include "ui/memory/memory_texts.h"

namespace zipage::ui {

namespace {

constexpr int kMeanHeight = 14;
constexpr int kMeanGap = 4;  // between the mean and the heads
constexpr int kLargestRow = 10;
constexpr int kMostBandsHeight = 240;
constexpr int kBandsAxis = 18;

}  // namespace

HeadBands::HeadBands(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("headBands"));
  setAccessibleName(tr("What heads hold of the text"));
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void HeadBands::setTheme(const Theme& theme) {
  m_theme = theme;
  update();
}

void HeadBands::setBands(Bands bands) {
  const bool isOtherShape =
      bands.shares.size() != m_bands.shares.size() || bands.starts.size() != m_bands.starts.size();
  m_bands = std::move(bands);
  m_means.assign(m_bands.starts.size(), 0.0F);
  for (int head = 0; head < numHeads(); ++head) {
    for (int stretch = 0; stretch < numStretches(); ++stretch)
      m_means[static_cast<std::size_t>(stretch)] += share({head, stretch}) / static_cast<float>(numHeads());
  }
  if (isOtherShape) {
    m_current = {};
    updateGeometry();
  }
  update();
}

int HeadBands::numHeads() const {
  return m_bands.starts.empty() ? 0 : static_cast<int>(m_bands.shares.size() / m_bands.starts.size());
}

float HeadBands::share(Spot spot) const {
  const auto stretch = static_cast<std::size_t>(spot.stretch);
  if (spot.head < 0) return m_means[stretch];
  return m_bands.shares[static_cast<std::size_t>(spot.head) * m_bands.starts.size() + stretch];
}

std::pair<std::int32_t, std::int32_t> HeadBands::tokensOf(int stretch) const {
  const auto next = static_cast<std::size_t>(stretch) + 1;
  return {m_bands.starts[next - 1], next < m_bands.starts.size() ? m_bands.starts[next] : m_bands.end};
}

QString HeadBands::text(Spot spot) const {
  if (spot.stretch < 0) return {};
  const QLocale locale;
  const auto [first, to] = tokensOf(spot.stretch);
  const int from = first + 1;  // people count from one
  const QString percent = locale.toString(share(spot) * 100.0, 'f', 0);
  const QString who = spot.head < 0 ? tr("All heads in the mean") : headText(spot.head, m_bands.kvHeads);
  return from == to ? tr("%1: %2 % of token %3").arg(who, percent, countText(from))
                    : tr("%1: %2 % of tokens %3 to %4").arg(who, percent, countText(from), countText(to));
}

QString HeadBands::table() const {
  QString lines = tr("percent held from token");
  for (const std::int32_t start : m_bands.starts) lines += QLatin1Char('\t') + QString::number(start + 1);
  lines += QLatin1Char('\n');
  for (int head = -1; head < numHeads(); ++head) {
    lines += head < 0 ? tr("all heads") : headText(head, m_bands.kvHeads);
    for (int stretch = 0; stretch < numStretches(); ++stretch)
      lines += QLatin1Char('\t') + QString::number(share({head, stretch}) * 100.0, 'f', 0);
    lines += QLatin1Char('\n');
  }
  return lines;
}

int HeadBands::rowHeight() const {
  return std::clamp(kMostBandsHeight / std::max(1, numHeads()), 1, kLargestRow);
}

int HeadBands::firstHeadTop() const { return kMeanHeight + kMeanGap; }

QSize HeadBands::sizeHint() const { return {320, firstHeadTop() + numHeads() * rowHeight() + kBandsAxis}; }

QRect HeadBands::rectOf(Spot spot) const {
  const int left = width() * spot.stretch / numStretches();
  const int right = width() * (spot.stretch + 1) / numStretches();
  if (spot.head < 0) return {left, 0, right - left, kMeanHeight};
  return {left, firstHeadTop() + spot.head * rowHeight(), right - left, rowHeight()};
}

HeadBands::Spot HeadBands::spotAt(const QPoint& position) const {
  if (numHeads() == 0 || position.x() < 0 || position.x() >= width()) return {};
  int stretch = 0;
  while (stretch + 1 < numStretches() && rectOf({-1, stretch + 1}).left() <= position.x()) ++stretch;
  if (position.y() >= 0 && position.y() < kMeanHeight) return {-1, stretch};
  const int row = (position.y() - firstHeadTop()) / rowHeight();
  return position.y() >= firstHeadTop() && row < numHeads() ? Spot{row, stretch} : Spot{};
}

void HeadBands::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  for (int head = -1; head < numHeads(); ++head) {
    for (int stretch = 0; stretch < numStretches(); ++stretch)
      painter.fillRect(rectOf({head, stretch}), mixed(m_theme.hover, m_theme.accent, share({head, stretch})));
  }
  if (numHeads() == 0) return;
  if (rowHeight() >= kMeanGap) {
    for (int head = m_bands.kvHeads; head < numHeads(); head += m_bands.kvHeads)
      painter.fillRect(QRect(0, rectOf({head, 0}).top(), width(), 1), m_theme.panel);
  }
  paintAxis(painter);
  if (m_current.stretch < 0) return;
  painter.setPen(QPen(m_theme.text, 2));
  painter.drawRect(rectOf(m_current).adjusted(0, 0, -1, -1));
}

void HeadBands::paintAxis(QPainter& painter) const {
  const QRect axis(0, height() - kBandsAxis, width(), kBandsAxis);
  painter.setPen(m_theme.mutedText);
  painter.drawText(axis, Qt::AlignLeft | Qt::AlignVCenter, m_bands.oldest);
  painter.drawText(axis, Qt::AlignRight | Qt::AlignVCenter, m_bands.newest);
}

void HeadBands::point(Spot spot) {
  if (spot == m_current) return;
  m_current = spot;
  setAccessibleDescription(text(spot));
  update();
  Q_EMIT pointed();
}

void HeadBands::mouseMoveEvent(QMouseEvent* event) { point(spotAt(event->pos())); }

void HeadBands::leaveEvent(QEvent*) {
  if (!hasFocus()) point({});
}

void HeadBands::focusOutEvent(QFocusEvent* event) {
  QWidget::focusOutEvent(event);
  point({});
}

void HeadBands::keyPressEvent(QKeyEvent* event) {
  const int key = event->key();
  const int across = key == Qt::Key_Left ? -1 : key == Qt::Key_Right ? 1 : 0;
  const int down = key == Qt::Key_Up ? -1 : key == Qt::Key_Down ? 1 : 0;
  if ((across == 0 && down == 0) || numHeads() == 0) return QWidget::keyPressEvent(event);
  if (m_current.stretch < 0) return point({-1, 0});
  point({std::clamp(m_current.head + down, -1, numHeads() - 1),
         std::clamp(m_current.stretch + across, 0, numStretches() - 1)});
}

}  // namespace zipage::ui
