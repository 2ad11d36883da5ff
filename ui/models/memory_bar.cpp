#include "ui/models/memory_bar.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>

#include "ui/theme/byte_text.h"
#include "ui/theme/fonts.h"
#include "ui/theme/owner_colors.h"

namespace zipage::ui {

namespace {

constexpr int kBarHeight = 16;
constexpr int kMark = 10;
constexpr int kGap = 8;
constexpr int kRowGap = 4;

}  // namespace

MemoryBar::MemoryBar(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("memoryBar"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void MemoryBar::setTheme(const Theme& theme) {
  m_theme = theme;
  update();
}

void MemoryBar::setEstimate(const LoadEstimate& estimate) {
  m_estimate = estimate;
  QStringList words;
  for (const Part& part : parts()) words << QStringLiteral("%1 %2").arg(part.name, bytesText(part.bytes));
  setAccessibleName(tr("Memory it will take"));
  setAccessibleDescription(words.join(QStringLiteral(", ")));
  update();
}

QVector<MemoryBar::Part> MemoryBar::parts() const {
  const OwnerColorSet& colors = ownerColorSet(m_theme.isDark);
  return {{tr("Weights"), m_estimate.weightBytes, colors[0]},
          {tr("KV pages"), m_estimate.kvBytes, colors[1]},
          {tr("Workspace"), m_estimate.workspaceBytes, colors[2]}};
}

QSize MemoryBar::sizeHint() const {
  const int line = std::max(kMark, QFontMetrics(font()).height());
  return {240, kBarHeight + kGap + 4 * (line + kRowGap)};
}

/// The bar is as long as what is free, or what is needed where that is more; a line then marks the end of
/// what is free.
void MemoryBar::paintBar(QPainter& painter, const QRect& bar) const {
  QPainterPath outline;
  outline.addRoundedRect(QRectF(bar).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
  painter.fillPath(outline, m_theme.raised);
  const double whole =
      static_cast<double>(std::max({m_estimate.availableBytes, m_estimate.neededBytes(), qint64{1}}));
  painter.save();
  painter.setClipPath(outline);
  double left = bar.left();
  for (const Part& part : parts()) {
    const double width = static_cast<double>(part.bytes) / whole * bar.width();
    painter.fillRect(QRectF(left, bar.top(), width, bar.height()), part.color);
    left += width;
    if (part.bytes > 0) painter.fillRect(QRectF(left - 1, bar.top(), 1, bar.height()), m_theme.page);
  }
  painter.restore();
  painter.setPen(m_theme.control);
  painter.drawPath(outline);
  if (!isTooLarge(m_estimate)) return;
  const double end = bar.left() + static_cast<double>(m_estimate.availableBytes) / whole * bar.width();
  painter.fillRect(QRectF(end - 1, bar.top() - 3, 2, bar.height() + 6), m_theme.danger);
}

void MemoryBar::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  paintBar(painter, {0, 3, width(), kBarHeight - 3});
  const int line = std::max(kMark, fontMetrics().height());
  int top = kBarHeight + kGap;
  const auto row = [&](const QString& name, const QString& number, const QColor& text) {
    const QRect rect(kMark + kGap, top, width() - kMark - kGap, line);
    painter.setPen(text);
    painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, name);
    painter.drawText(rect, Qt::AlignRight | Qt::AlignVCenter, number);
    top += line + kRowGap;
  };
  for (const Part& part : parts()) {
    painter.fillRect(QRect(0, top + (line - kMark) / 2, kMark, kMark), part.color);
    row(part.name, bytesText(part.bytes), m_theme.text);
  }
  row(m_estimate.availableBytes > 0 ? tr("Together, of %1 free").arg(bytesText(m_estimate.availableBytes))
                                    : tr("Together"),
      bytesText(m_estimate.neededBytes()), m_theme.text);
}

bool isTooLarge(const LoadEstimate& estimate) {
  return estimate.availableBytes > 0 && estimate.neededBytes() > estimate.availableBytes;
}

QString fitText(const LoadEstimate& estimate) {
  if (!estimate.problem.isEmpty()) return estimate.problem;
  if (estimate.availableBytes <= 0) return {};
  if (!isTooLarge(estimate)) return MemoryBar::tr("It fits into the %1.").arg(estimate.memoryName);
  const QString missing = bytesText(estimate.neededBytes() - estimate.availableBytes);
  return estimate.weightBytes > estimate.availableBytes
             ? MemoryBar::tr(
                   "It will not fit: the weights alone need more than the %1 has free. %2 are "
                   "missing.")
                   .arg(estimate.memoryName, missing)
             : MemoryBar::tr("It will not fit: %1 are missing in the %2. A smaller pool would help.")
                   .arg(missing, estimate.memoryName);
}

}  // namespace zipage::ui
