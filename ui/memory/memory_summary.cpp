#include "ui/memory/memory_summary.h"

#include <QLocale>
#include <QPainter>

#include "ui/theme/byte_text.h"
#include "ui/theme/fonts.h"
#include "ui/theme/tabular_text.h"

namespace zipage::ui {

namespace {

constexpr int kRowGap = 12;
constexpr int kSmallColumns = 3;

QFont largeFont(const QFont& base) {
  QFont font = base;
  font.setPixelSize(24);
  font.setWeight(QFont::DemiBold);
  return font;
}

}  // namespace

MemorySummary::MemorySummary(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("memorySummary"));
  setAccessibleName(tr("Memory"));
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void MemorySummary::setTheme(const Theme& theme) {
  m_theme = theme;
  update();
}

void MemorySummary::setFigures(const MemoryFigures& figures) {
  m_figures = figures;
  update();
}

void MemorySummary::setPageSize(int pageTokens, qint64 bytesPerPage) {
  m_pageTokens = pageTokens;
  m_bytesPerPage = bytesPerPage;
  update();
}

QSize MemorySummary::sizeHint() const {
  const int small = QFontMetrics(smallFont(font())).height();
  const int large = QFontMetrics(largeFont(font())).height() + 2 * small + 4;
  return {360, large + 2 * (kRowGap + QFontMetrics(font()).height() + small)};
}

QString MemorySummary::pagesCaption() const {
  const QString total = tr("of %1 pages held").arg(QLocale().toString(m_figures.pagesTotal));
  return m_bytesPerPage > 0 ? total + QLatin1Char('\n') + bytesText(m_bytesPerPage * m_figures.pagesHeld)
                            : total;
}

void MemorySummary::paintLarge(QPainter& painter, const QRect& rect, const QString& number,
                               const QString& caption) const {
  painter.setFont(largeFont(font()));
  painter.setPen(m_theme.text);
  const int height = painter.fontMetrics().height();
  drawTabular(painter, QPoint(rect.left(), rect.top() + painter.fontMetrics().ascent()), number);
  painter.setFont(smallFont(font()));
  painter.setPen(m_theme.mutedText);
  painter.drawText(rect.adjusted(0, height, 0, 0), Qt::AlignLeft | Qt::AlignTop, caption);
}

void MemorySummary::paintSmall(QPainter& painter, const QRect& rect, const QString& number,
                               const QString& caption) const {
  painter.setFont(font());
  painter.setPen(m_theme.text);
  const int height = painter.fontMetrics().height();
  drawTabular(painter, QPoint(rect.left(), rect.top() + painter.fontMetrics().ascent()), number);
  painter.setFont(smallFont(font()));
  painter.setPen(m_theme.mutedText);
  painter.drawText(rect.adjusted(0, height, 0, 0), Qt::AlignLeft | Qt::AlignTop, caption);
}

void MemorySummary::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QLocale locale;
  const int small = QFontMetrics(smallFont(font())).height();
  const int half = width() / 2, third = width() / kSmallColumns;
  const int large = QFontMetrics(largeFont(font())).height() + 2 * small + 4;
  paintLarge(painter, {0, 0, half, large}, locale.toString(m_figures.pagesHeld), pagesCaption());
  const qint64 slotsHeld = qint64{m_figures.pagesHeld} * m_pageTokens;
  const QString share = slotsHeld > 0 ? tr("\nof %1 slots held").arg(locale.toString(slotsHeld)) : QString();
  paintLarge(painter, {half, 0, half, large}, locale.toString(m_figures.tokensLive),
             tr("tokens live") + share);

  const std::pair<QString, QString> rest[] = {
      {locale.toString(m_figures.tokensPerSecond, 'f', 1), tr("tokens/s")},
      {locale.toString(m_figures.running), tr("running")},
      {locale.toString(m_figures.waiting), tr("waiting")},
      {locale.toString(m_figures.compressions), tr("compressions")},
      {locale.toString(m_figures.tokensEvicted), tr("tokens evicted")},
      {locale.toString(m_figures.pagesReclaimed), tr("pages reclaimed")},
  };
  const int rowHeight = kRowGap + QFontMetrics(font()).height() + small;
  for (int i = 0; i < 6; ++i) {
    const QRect rect(i % kSmallColumns * third, large + i / kSmallColumns * rowHeight + kRowGap, third,
                     rowHeight);
    paintSmall(painter, rect, rest[i].first, rest[i].second);
  }
}

}  // namespace zipage::ui
