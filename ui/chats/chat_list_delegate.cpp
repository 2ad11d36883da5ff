#include "ui/chats/chat_list_delegate.h"

#include <QPainter>

#include "ui/chats/chat_list_model.h"
#include "ui/chats/chat_times.h"
#include "ui/theme/fonts.h"

namespace zipage::ui {

namespace {

constexpr int kSideMargin = 8;
constexpr int kPadding = 8;
constexpr int kMarkSize = 8;

}  // namespace

QRect ChatListDelegate::titleRect(const QStyleOptionViewItem& option) const {
  const QRect row = option.rect.adjusted(kSideMargin + kPadding, kPadding, -kSideMargin - kPadding, 0);
  return {row.left(), row.top(), row.width(), QFontMetrics(option.font).height()};
}

QSize ChatListDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
  const int lines = QFontMetrics(option.font).height() + QFontMetrics(smallFont(option.font)).height();
  return {120, lines + 2 + 2 * kPadding};
}

void ChatListDelegate::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                            const QModelIndex&) const {
  editor->setGeometry(titleRect(option).adjusted(-8, -5, 8, 5));
}

void ChatListDelegate::paintGenerating(QPainter* painter, const QRect& rect, qint64 chatId) const {
  painter->setPen(Qt::NoPen);
  painter->setBrush(m_colors.colorOf(OwnerId{static_cast<quint64>(chatId)}, m_theme.isDark));
  painter->drawRoundedRect(rect, 2, 2);
}

void ChatListDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const {
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  const bool isSelected = option.state.testFlag(QStyle::State_Selected);
  if (isSelected || option.state.testFlag(QStyle::State_MouseOver)) {
    painter->setPen(Qt::NoPen);
    painter->setBrush(isSelected ? m_theme.hover : mixed(m_theme.panel, m_theme.hover, 0.5));
    painter->drawRoundedRect(option.rect.adjusted(kSideMargin, 1, -kSideMargin, -1), 6, 6);
  }
  if (option.state.testFlag(QStyle::State_HasFocus)) {
    painter->setPen(m_theme.accent);
    painter->setBrush(Qt::NoBrush);
    painter->drawRoundedRect(QRectF(option.rect).adjusted(kSideMargin + 0.5, 1.5, -kSideMargin - 0.5, -1.5),
                             6, 6);
  }

  const QRect title = titleRect(option);
  painter->setFont(option.font);
  painter->setPen(m_theme.text);
  const QString text = index.data(Qt::DisplayRole).toString().simplified();
  painter->drawText(title, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                    QFontMetrics(option.font).elidedText(text, Qt::ElideRight, title.width()));

  const QFont small = smallFont(option.font);
  QRect below(title.left(), title.bottom() + 3, title.width(), QFontMetrics(small).height());
  const bool isGenerating = index.data(ChatListModel::GeneratingRole).toBool();
  if (isGenerating) {
    const QRect mark(below.left(), below.center().y() - kMarkSize / 2 + 1, kMarkSize, kMarkSize);
    paintGenerating(painter, mark, index.data(ChatListModel::IdRole).toLongLong());
    below.setLeft(below.left() + kMarkSize + 6);
  }
  painter->setFont(small);
  painter->setPen(m_theme.mutedText);
  const QDateTime updated = index.data(ChatListModel::UpdatedRole).toDateTime();
  painter->drawText(below, Qt::AlignLeft | Qt::AlignVCenter,
                    isGenerating ? tr("Generating") : timeText(updated, QDateTime::currentDateTime()));
  painter->restore();
}

}  // namespace zipage::ui
