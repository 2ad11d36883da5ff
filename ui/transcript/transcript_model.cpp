#include "ui/transcript/transcript_model.h"

#include <algorithm>

#include "ui/transcript/reply_texts.h"

namespace zipage::ui {

bool isRunning(ReplyState state) {
  return state == ReplyState::Waiting || state == ReplyState::Reading || state == ReplyState::Thinking ||
         state == ReplyState::Answering;
}

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
  emit dataChanged(index(row), index(row));
}

void TranscriptModel::update(const MessageItem& message) {
  const int row = rowOf(message.id);
  if (row < 0) return;
  m_messages[row] = message;
  emit dataChanged(index(row), index(row));
}

int TranscriptModel::rowOf(qint64 messageId) const {
  // Messages that change are nearly always the last ones.
  for (int row = rowCount() - 1; row >= 0; --row) {
    if (m_messages[row].id == messageId) return row;
  }
  return -1;
}

bool TranscriptModel::isGenerating() const {
  return std::any_of(m_messages.begin(), m_messages.end(),
                     [](const MessageItem& message) { return isRunning(message.state); });
}

}  // namespace zipage::ui
