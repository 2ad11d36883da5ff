#include "ui/chats/chat_filter_model.h"

#include "ui/chats/chat_list_model.h"

namespace zipage::ui {

namespace {

bool isRunning(ChatState state) {
  return state == ChatState::Waiting || state == ChatState::Thinking || state == ChatState::Answering;
}

}  // namespace

ChatFilterModel::ChatFilterModel(ChatListModel& chats, QObject* parent)
    : QSortFilterProxyModel(parent), m_chats(chats) {
  setSourceModel(&chats);
}

void ChatFilterModel::setFilter(const ChatFilter& filter) {
  m_filter = filter;
  invalidateFilter();
}

void ChatFilterModel::setHits(const QVector<ChatHit>& hits) {
  m_hits.emplace();
  for (const ChatHit& hit : hits) m_hits->insert(hit.chatId, hit);
  invalidateFilter();
  if (rowCount() > 0) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, 0));
}

void ChatFilterModel::clearHits() {
  if (!m_hits) return;
  m_hits.reset();
  invalidateFilter();
  if (rowCount() > 0) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, 0));
}

const ChatHit* ChatFilterModel::hitAt(int row) const {
  if (!m_hits) return nullptr;
  const auto found = m_hits->constFind(chatAt(row));
  return found == m_hits->constEnd() ? nullptr : &*found;
}

qint64 ChatFilterModel::chatAt(int row) const {
  const QModelIndex source = mapToSource(index(row, 0));
  return source.isValid() ? m_chats.chatAt(source.row()) : 0;
}

int ChatFilterModel::rowOf(qint64 chatId) const {
  const int source = m_chats.rowOf(chatId);
  return source < 0 ? -1 : mapFromSource(m_chats.index(source)).row();
}

bool ChatFilterModel::filterAcceptsRow(int sourceRow, const QModelIndex&) const {
  const ChatItem& chat = m_chats.at(sourceRow);
  if (m_hits && !m_hits->contains(chat.id)) return false;
  if (m_filter.isPinned && !chat.isPinned) return false;
  if (m_filter.hasReasoning && !chat.hasReasoning) return false;
  if (m_filter.isRunning && !isRunning(chat.state)) return false;
  if (!m_filter.model.isEmpty() && !chat.models.contains(m_filter.model)) return false;
  return m_filter.lastDays == 0 || chat.updated.date().daysTo(QDate::currentDate()) < m_filter.lastDays;
}

}  // namespace zipage::ui
