#pragma once

#include <QAbstractListModel>

#include "ui/chat_values.h"

namespace zipage::ui {

/// The messages of the chat that is shown, in order.
class TranscriptModel final : public QAbstractListModel {
  Q_OBJECT

 public:
  using QAbstractListModel::QAbstractListModel;

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;

  void setMessages(const QVector<MessageItem>& messages);
  /// Another branch of the same chat: rows that stay keep their place.
  void setBranch(const QVector<MessageItem>& messages);
  /// The first row that another branch would change.
  int firstDifferent(const QVector<MessageItem>& messages) const;
  void add(const MessageItem& message);  // replaces one with the same id
  void append(qint64 messageId, const QString& reasoning, const QString& text);
  void update(const MessageItem& message);
  int rowOf(qint64 messageId) const;
  const MessageItem& at(int row) const { return m_messages[row]; }
  const QVector<MessageItem>& messages() const { return m_messages; }
  /// The reply that is being made; null: none.
  const MessageItem* running() const;

 private:
  QVector<MessageItem> m_messages;
};

}  // namespace zipage::ui
