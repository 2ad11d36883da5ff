#include "ui/transcript/transcript_model.h"

#include <algorithm>

#include "ui/transcript/reply_texts.h"

namespace zipage::ui {

int TranscriptModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_messages.size());
}

QVariant TranscriptModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
  const MessageItem& message = m_messages[index.row()];
  switch (role) {
    case Qt::DisplayRole:
      return message.text;
    case Qt::AccessibleTextRole:
      return spokenText(message);
    default:
      return {};
  }
}

void TranscriptModel::setMessages(const QVector<MessageItem>& messages) {
  beginResetModel();
  m_messages = messages;
  endResetModel();
}

int TranscriptModel::firstDifferent(const QVector<MessageItem>& messages) const {
  const qsizetype most = std::min(m_messages.size(), messages.size());
  int row = 0;
  while (row < most && m_messages[row].id == messages[row].id) ++row;
  return row;
}

void TranscriptModel::setBranch(const QVector<MessageItem>& messages) {
  const int kept = firstDifferent(messages);
  if (kept < rowCount()) {
    beginRemoveRows({}, kept, rowCount() - 1);
    m_messages.resize(kept);
    endRemoveRows();
  }
  for (int row = 0; row < kept; ++row) m_messages[row] = messages[row];
  if (kept > 0) Q_EMIT dataChanged(index(0), index(kept - 1));
  if (kept == messages.size()) return;
  beginInsertRows({}, kept, static_cast<int>(messages.size()) - 1);
  m_messages.append(messages.mid(kept));
  endInsertRows();
}

void TranscriptModel::add(const MessageItem& message) {
  if (rowOf(message.id) >= 0) return update(message);
  const int row = rowCount();
  beginInsertRows({}, row, row);
  m_messages.append(message);
  endInsertRows();
}

void TranscriptModel::append(qint64 messageId, const QString& reasoning, const QString& text) {
  const int row = rowOf(messageId);
  if (row < 0) return;
  m_messages[row].reasoning += reasoning;
  m_messages[row].text += text;
  Q_EMIT dataChanged(index(row), index(row));
}

void TranscriptModel::update(const MessageItem& message) {
  const int row = rowOf(message.id);
  if (row < 0) return;
  m_messages[row] = message;
  Q_EMIT dataChanged(index(row), index(row));
}

int TranscriptModel::rowOf(qint64 messageId) const {
  // Messages that change are nearly always the last ones.
  for (int row = rowCount() - 1; row >= 0; --row) {
    if (m_messages[row].id == messageId) return row;
  }
  return -1;
}

const MessageItem* TranscriptModel::running() const {
  const auto found = std::find_if(m_messages.rbegin(), m_messages.rend(),
                                  [](const MessageItem& message) { return isRunning(message.state); });
  return found == m_messages.rend() ? nullptr : &*found;
}

}  // namespace zipage::ui
