#include "ui/chats/chat_list_model.h"

#include <algorithm>

#include "ui/chats/chat_texts.h"

namespace zipage::ui {

namespace {

bool comesBefore(const ChatItem& first, const ChatItem& second) {
  return first.isPinned != second.isPinned ? first.isPinned : first.updated > second.updated;
}

QString spokenState(ChatState state) {
  const QString text = stateText(state);
  return text.isEmpty() ? text : QStringLiteral(", ") + text;
}

}  // namespace

int ChatListModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_chats.size());
}

QVariant ChatListModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
  const ChatItem& chat = m_chats[index.row()];
  switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole:
      return chat.title.isEmpty() ? tr("Untitled") : chat.title;
    case Qt::ToolTipRole:
      return chat.title.toHtmlEscaped();
    case Qt::AccessibleTextRole:
      return tr("%1, %2%3%4")
          .arg(chat.title, timeText(chat.updated, QDateTime::currentDateTime()),
               chat.isPinned ? tr(", pinned") : QString(), spokenState(chat.state));
    case IdRole:
      return chat.id;
    case UpdatedRole:
      return chat.updated;
    case StateRole:
      return static_cast<int>(chat.state);
    case PinnedRole:
      return chat.isPinned;
    default:
      return {};
  }
}

Qt::ItemFlags ChatListModel::flags(const QModelIndex& index) const {
  return index.isValid() ? QAbstractListModel::flags(index) | Qt::ItemIsEditable : Qt::NoItemFlags;
}

bool ChatListModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  if (!index.isValid() || role != Qt::EditRole) return false;
  const QString title = value.toString().simplified();
  ChatItem& chat = m_chats[index.row()];
  if (title.isEmpty() || title == chat.title) return false;
  chat.title = title;
  Q_EMIT dataChanged(index, index);
  Q_EMIT renamed(chat.id, title);
  return true;
}

void ChatListModel::setChats(const QVector<ChatItem>& chats) {
  beginResetModel();
  m_chats = chats;
  std::stable_sort(m_chats.begin(), m_chats.end(), comesBefore);
  endResetModel();
}

int ChatListModel::rowFor(const ChatItem& chat) const {
  const auto place = std::find_if(m_chats.begin(), m_chats.end(),
                                  [&](const ChatItem& other) { return !comesBefore(other, chat); });
  return static_cast<int>(place - m_chats.begin());
}

void ChatListModel::insert(const ChatItem& chat) {
  const int row = rowFor(chat);
  beginInsertRows({}, row, row);
  m_chats.insert(row, chat);
  endInsertRows();
}

void ChatListModel::update(const ChatItem& chat) {
  const int row = rowOf(chat.id);
  if (row < 0) return insert(chat);
  m_chats[row] = chat;
  Q_EMIT dataChanged(index(row), index(row));
  const bool isInOrder = (row == 0 || !comesBefore(chat, m_chats[row - 1])) &&
                         (row + 1 == m_chats.size() || !comesBefore(m_chats[row + 1], chat));
  if (isInOrder) return;
  int target = 0;
  while (target < m_chats.size() && (target == row || comesBefore(m_chats[target], chat))) ++target;
  if (!beginMoveRows({}, row, row, {}, target)) return;
  m_chats.move(row, target > row ? target - 1 : target);
  endMoveRows();
}

void ChatListModel::remove(qint64 chatId) {
  const int row = rowOf(chatId);
  if (row < 0) return;
  beginRemoveRows({}, row, row);
  m_chats.removeAt(row);
  endRemoveRows();
}

int ChatListModel::rowOf(qint64 chatId) const {
  const auto found =
      std::find_if(m_chats.begin(), m_chats.end(), [&](const ChatItem& chat) { return chat.id == chatId; });
  return found == m_chats.end() ? -1 : static_cast<int>(found - m_chats.begin());
}

qint64 ChatListModel::chatAt(int row) const { return row >= 0 && row < m_chats.size() ? m_chats[row].id : 0; }

QString ChatListModel::titleOf(qint64 chatId) const {
  const int row = rowOf(chatId);
  return row < 0 ? QString() : m_chats[row].title;
}

QStringList ChatListModel::models() const {
  QStringList models;
  for (const ChatItem& chat : m_chats) models << chat.models;
  models.removeDuplicates();
  return models;
}

}  // namespace zipage::ui
