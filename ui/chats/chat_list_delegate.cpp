#include "ui/chats/chat_list_delegate.h"

#include <QPainter>
#include <algorithm>

#include "ui/chats/chat_filter_model.h"
#include "ui/chats/chat_list_model.h"
#include "ui/chats/chat_texts.h"
#include "ui/theme/fonts.h"
#include "ui/theme/icons.h"
#include "ui/theme/window_zoom.h"

namespace zipage::ui {

namespace {

constexpr int kSideMargin = 8;
constexpr int kPadding = 8;
constexpr int kMarkSize = 8;

struct Run {
  QString text;
  bool isMatch = false;
};

/// Where the hit stands, then the words around it; the first match is never far from the beginning.
QVector<Run> runsOf(const ChatHit& hit) {
  constexpr int kCharactersBefore = 12;
  const int match = hit.matches.isEmpty() ? 0 : hit.matches.constFirst().x();
  int at = std::max(0, match - kCharactersBefore);
  QVector<Run> runs = {
      {partText(hit.part) + QStringLiteral(" · ") + (at > 0 ? QStringLiteral("…") : QString())}};
  for (const QPoint& place : hit.matches) {
    runs << Run{hit.snippet.mid(at, place.x() - at)} << Run{hit.snippet.mid(place.x(), place.y()), true};
    at = place.x() + place.y();
  }
  return runs << Run{hit.snippet.mid(at)};
}

}  // namespace

QRect ChatListDelegate::titleRect(const QStyleOptionViewItem& option) const {
  const int padding = zoomed(kPadding, option.font);
  const int side = zoomed(kSideMargin, option.font) + padding;
  const QRect row = option.rect.adjusted(side, padding, -side, 0);
  return {row.left(), row.top(), row.width(), QFontMetrics(option.font).height()};
}

QSize ChatListDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
  const int lines = QFontMetrics(option.font).height() + QFontMetrics(smallFont(option.font)).height();
  return {120, lines + 2 + 2 * zoomed(kPadding, option.font)};
}

void ChatListDelegate::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                            const QModelIndex&) const {
  editor->setGeometry(titleRect(option).adjusted(-8, -5, 8, 5));
}

void ChatListDelegate::paintTitle(QPainter* painter, const QStyleOptionViewItem& option,
                                  const QModelIndex& index) const {
  QRect rect = titleRect(option);
  if (index.data(ChatListModel::PinnedRole).toBool()) {
    const int size = zoomed(kSmallIcon, option.font);
    const QRect mark(rect.right() - size + 1, rect.center().y() - size / 2 + 1, size, size);
    lineIcon(QStringLiteral("pin"), m_theme.mutedText).paint(painter, mark);
    rect.setRight(mark.left() - 4);
  }
  painter->setFont(option.font);
  painter->setPen(m_theme.text);
  const QString text = index.data(Qt::DisplayRole).toString().simplified();
  painter->drawText(rect, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                    QFontMetrics(option.font).elidedText(text, Qt::ElideRight, rect.width()));
}

void ChatListDelegate::paintState(QPainter* painter, QRect rect, const QFont& rowFont,
                                  const QModelIndex& index) const {
  const auto state = static_cast<ChatState>(index.data(ChatListModel::StateRole).toInt());
  const bool hasEnded = state == ChatState::Failed || state == ChatState::Interrupted;
  const QDateTime updated = index.data(ChatListModel::UpdatedRole).toDateTime();
  const QString time = timeText(updated, QDateTime::currentDateTime());
  QString text = stateText(state);
  const int size = zoomed(hasEnded ? kSmallIcon : kMarkSize, rowFont);
  if (hasEnded) {
    const QRect mark(rect.left(), rect.center().y() - size / 2 + 1, size, size);
    lineIcon(QStringLiteral("circle-alert"), m_theme.danger).paint(painter, mark);
    text += QStringLiteral(" · ") + time;
  } else if (state != ChatState::Idle) {
    const auto chatId = static_cast<quint64>(index.data(ChatListModel::IdRole).toLongLong());
    painter->setBrush(m_colors.colorOf(OwnerId{chatId}, m_theme.isDark));
    painter->setPen(Qt::NoPen);
    painter->drawRoundedRect(rect.left(), rect.center().y() - size / 2 + 1, size, size, 2, 2);
  }
  if (state != ChatState::Idle) rect.setLeft(rect.left() + size + 6);
  painter->setPen(hasEnded ? m_theme.danger : m_theme.mutedText);
  painter->drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, text.isEmpty() ? time : text);
}

void ChatListDelegate::paintSnippet(QPainter* painter, const QRect& rect, const ChatHit& hit) const {
  const QFont plain = painter->font();
  QFont bold = plain;
  bold.setBold(true);
  int x = rect.left();
  for (const Run& run : runsOf(hit)) {
    const int room = rect.right() - x;
    if (room <= 0) return;
    painter->setFont(run.isMatch ? bold : plain);
    painter->setPen(run.isMatch ? m_theme.text : m_theme.mutedText);
    const QString text = painter->fontMetrics().elidedText(run.text, Qt::ElideRight, room);
    painter->drawText(QRect(x, rect.top(), room, rect.height()), Qt::AlignVCenter, text);
    x += painter->fontMetrics().horizontalAdvance(text);
  }
}

void ChatListDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const {
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  const int side = zoomed(kSideMargin, option.font);
  const bool isSelected = option.state.testFlag(QStyle::State_Selected);
  if (isSelected || option.state.testFlag(QStyle::State_MouseOver)) {
    painter->setPen(Qt::NoPen);
    painter->setBrush(isSelected ? m_theme.hover : mixed(m_theme.panel, m_theme.hover, 0.5));
    painter->drawRoundedRect(option.rect.adjusted(side, 1, -side, -1), 6, 6);
  }
  if (option.state.testFlag(QStyle::State_HasFocus)) {
    painter->setPen(m_theme.accent);
    painter->setBrush(Qt::NoBrush);
    painter->drawRoundedRect(QRectF(option.rect).adjusted(side + 0.5, 1.5, -side - 0.5, -1.5), 6, 6);
  }

  paintTitle(painter, option, index);
  const QFont small = smallFont(option.font);
  const QRect title = titleRect(option);
  const QRect below(title.left(), title.bottom() + 3, title.width(), QFontMetrics(small).height());
  painter->setFont(small);
  const auto* listed = qobject_cast<const ChatFilterModel*>(index.model());
  const ChatHit* hit = listed == nullptr ? nullptr : listed->hitAt(index.row());
  if (hit == nullptr || hit->part == ChatHit::Part::Title)
    paintState(painter, below, option.font, index);
  else
    paintSnippet(painter, below, *hit);
  painter->restore();
}

}  // namespace zipage::ui
