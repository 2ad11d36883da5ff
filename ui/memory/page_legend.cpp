#include "ui/memory/page_legend.h"

#include <QPainter>

#include "ui/memory/page_words.h"
#include "ui/memory/tile_painter.h"
#include "ui/theme/fonts.h"

namespace zipage::ui {

namespace {

constexpr int kSwatch = 14;
constexpr int kSwatchGap = 8;
constexpr int kEntryGap = 16;
constexpr int kHalfFull = 150;

}  // namespace

PageLegend::PageLegend(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("pageLegend"));
  setAccessibleName(
      tr("Legend: the colour says which chat a page belongs to, the pattern its state, the height of the "
         "fill how many of its tokens are live."));
  QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
}

void PageLegend::setTheme(const Theme& theme) {
  m_theme = theme;
  update();
}

void PageLegend::setPagesPerTile(int pagesPerTile) {
  m_pagesPerTile = pagesPerTile;
  update();
}

int PageLegend::rowHeight() const { return std::max(kSwatch, QFontMetrics(smallFont(font())).height()) + 6; }

int PageLegend::entryWidth() const {
  int widest = 0;
  for (const PageState state : kPageStates) {
    widest = std::max(widest, QFontMetrics(smallFont(font())).horizontalAdvance(stateName(state)));
  }
  return kSwatch + kSwatchGap + widest + kEntryGap;
}

int PageLegend::columnsFor(int width) const {
  return std::clamp(width / entryWidth(), 1, static_cast<int>(kPageStates.size()) / 2);
}

int PageLegend::heightForWidth(int width) const {
  const int columns = columnsFor(width);
  const int rows = (static_cast<int>(kPageStates.size()) + columns - 1) / columns;
  return (rows + 2) * rowHeight();
}

QSize PageLegend::sizeHint() const { return {3 * entryWidth(), heightForWidth(3 * entryWidth())}; }

void PageLegend::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setFont(smallFont(font()));
  const int columns = columnsFor(width());
  for (int i = 0; i < static_cast<int>(kPageStates.size()); ++i) {
    const QRect entry(i % columns * entryWidth(), i / columns * rowHeight(), entryWidth(), rowHeight());
    const PageState state = kPageStates[static_cast<std::size_t>(i)];
    const QRect swatch(entry.left(), entry.top() + (rowHeight() - kSwatch) / 2, kSwatch, kSwatch);
    paintTile(painter, swatch, Tile{state, {}, kHalfFull}, m_theme.mutedText, m_theme);
    painter.setPen(m_theme.text);
    painter.drawText(entry.adjusted(kSwatch + kSwatchGap, 0, 0, 0), Qt::AlignVCenter, stateName(state));
  }
  const QString scale =
      m_pagesPerTile == 1
          ? tr("Colour: chat · height: live tokens · one tile is one page")
          : tr("Colour: chat · height: live tokens · one tile is %1 pages").arg(m_pagesPerTile);
  painter.setPen(m_theme.mutedText);
  const int rows = (static_cast<int>(kPageStates.size()) + columns - 1) / columns;
  const QString notes[] = {scale, tr("Prefix only: kept for what comes, while there is room")};
  for (int i = 0; i < 2; ++i) {
    const QRect line(0, (rows + i) * rowHeight(), width(), rowHeight());
    painter.drawText(line, Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(notes[i], Qt::ElideRight, width()));
  }
}

}  // namespace zipage::ui
