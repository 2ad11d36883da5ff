#include "ui/models/model_list_delegate.h"

#include <QPainter>

#include "ui/models/model_list_model.h"
#include "ui/theme/fonts.h"
#include "ui/theme/window_zoom.h"

namespace zipage::ui {

namespace {

constexpr int kSide = 8;
constexpr int kPadding = 8;
constexpr int kAboveSection = 12;

int sectionHeight(const QFont& font, const QModelIndex& index) {
  if (index.data(ModelListModel::SectionRole).toString().isEmpty()) return 0;
  return zoomed(kAboveSection, font) + QFontMetrics(smallFont(font)).height() + zoomed(4, font);
}

}  // namespace

QSize ModelListDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const int lines = QFontMetrics(option.font).height() + QFontMetrics(smallFont(option.font)).height();
  return {160, sectionHeight(option.font, index) + lines + 2 + 2 * zoomed(kPadding, option.font)};
}

void ModelListDelegate::paintRow(QPainter& painter, const QRect& row,
                                 const QStyleOptionViewItem& option) const {
  const bool isSelected = option.state.testFlag(QStyle::State_Selected);
  if (isSelected || option.state.testFlag(QStyle::State_MouseOver)) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(isSelected ? m_theme.hover : mixed(m_theme.panel, m_theme.hover, 0.5));
    painter.drawRoundedRect(row, 6, 6);
  }
  if (option.state.testFlag(QStyle::State_HasFocus)) {
    painter.setPen(m_theme.accent);
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(row).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
  }
}

void ModelListDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const {
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  const QFont small = smallFont(option.font);
  const int side = zoomed(kSide, option.font);
  const int padding = zoomed(kPadding, option.font);
  const int above = sectionHeight(option.font, index);
  if (above > 0) {
    painter->setFont(small);
    painter->setPen(m_theme.mutedText);
    painter->drawText(option.rect.adjusted(side + padding, zoomed(kAboveSection, option.font), -side, 0),
                      Qt::AlignLeft, index.data(ModelListModel::SectionRole).toString());
  }
  const QRect row = option.rect.adjusted(side, above + 1, -side, -1);
  paintRow(*painter, row, option);

  QRect line = row.adjusted(padding, padding - 1, -padding, 0);
  const auto draw = [&](const QFont& font, const QColor& color, const QString& text) {
    painter->setFont(font);
    painter->setPen(color);
    line.setHeight(QFontMetrics(font).height());
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                      QFontMetrics(font).elidedText(text.simplified(), Qt::ElideMiddle, line.width()));
    line.translate(0, line.height() + 2);
  };
  const QString problem = index.data(ModelListModel::ProblemRole).toString();
  draw(option.font, problem.isEmpty() ? m_theme.text : m_theme.mutedText, index.data().toString());
  if (problem.isEmpty())
    draw(small, m_theme.mutedText, index.data(ModelListModel::DetailRole).toString());
  else
    draw(small, m_theme.danger, problem);
  painter->restore();
}

}  // namespace zipage::ui
