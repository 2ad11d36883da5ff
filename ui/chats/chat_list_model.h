#pragma once

#include <QAbstractListModel>

#include "ui/chat_values.h"

namespace zipage::ui {

class ChatListModel final : public QAbstractListModel {
  Q_OBJECT

 public:
  enum ItemRole { IdRole = Qt::UserRole + 1, UpdatedRole, StateRole, PinnedRole };

  using QAbstractListModel::QAbstractListModel;

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;

  void setChats(const QVector<ChatItem>& chats);
  void update(const ChatItem& chat);
  void remove(qint64 chatId);
  int rowOf(qint64 chatId) const;
  qint64 chatAt(int row) const;
  QString titleOf(qint64 chatId) const;
  QStringList models() const;  // that wrote in any of them
  const ChatItem& at(int row) const { return m_chats[row]; }

 Q_SIGNALS:
  void renamed(qint64 chatId, const QString& title);

 private:
  int rowFor(const ChatItem& chat) const;
  void insert(const ChatItem& chat);

  QVector<ChatItem> m_chats;  // those that are pinned first, then latest first
};

}  // namespace zipage::ui
