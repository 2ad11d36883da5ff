#include "ui/memory/page_legend.h"

#include <algorithm>
#include <array>

#include "ui/memory/memory_texts.h"
#include "ui/memory/page_tile.h"
#include "ui/theme/fonts.h"

namespace zipage::ui {

namespace {

constexpr std::array kStates = {PageState::Free,       PageState::Held,        PageState::Shared,
                                PageState::PrefixOnly, PageState::Compressing, PageState::Swapped};
constexpr int kSwatch = 14;
constexpr int kSpace = 8;

}  // namespace

PageLegend::PageLegend(QWidget* parent) : QWidget(parent) {
  QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
  QStringList names;
  for (const PageState state : kStates) names << pageStateText(state);
  setAccessibleName(tr("Patterns of the pages: %1").arg(names.join(QStringLiteral(", "))));
  setToolTip(tr(
      "The colour says which chat holds a page, the pattern its state, the level how much of it is in use."));
}

void PageLegend::setTheme(const Theme& theme) {
  m_theme = theme;
  update();
}

int PageLegend::columnWidth() const {
  const QFontMetrics metrics(smallFont(font()));
  int widest = 0;
  for (const PageState state : kStates)
    widest = std::max(widest, metrics.horizontalAdvance(pageStateText(state)));
  return kSwatch + kSpace + widest + kSpace;
}

int PageLegend::numColumns(int width) const {
  return std::clamp(width / columnWidth(), 1, static_cast<int>(kStates.size()));
}

int PageLegend::rowHeight() const {
  return std::max(kSwatch, QFontMetrics(smallFont(font())).height()) + kSpace / 2;
}

int PageLegend::heightForWidth(int width) const {
  const int columns = numColumns(width);
  return (static_cast<int>(kStates.size()) + columns - 1) / columns * rowHeight();
}

QSize PageLegend::sizeHint() const { return {3 * columnWidth(), heightForWidth(3 * columnWidth())}; }

void PageLegend::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setFont(smallFont(font()));
  const int columns = numColumns(width());
  const int step = width() / columns;
  for (std::size_t index = 0; index < kStates.size(); ++index) {
    const int row = static_cast<int>(index) / columns;
    const QRect swatch(static_cast<int>(index) % columns * step,
                       row * rowHeight() + (rowHeight() - kSwatch) / 2, kSwatch, kSwatch);
    PageTile sample;
    sample.state = kStates[index];
    sample.tokensRoom = sample.tokensLive = 1;
    paintTile(painter, swatch, sample, m_theme.mutedText, m_theme);
    painter.setPen(m_theme.text);
    painter.drawText(QRect(swatch.right() + 1 + kSpace, row * rowHeight(), step, rowHeight()),
                     Qt::AlignVCenter, pageStateText(kStates[index]));
  }
}

}  // namespace zipage::ui
