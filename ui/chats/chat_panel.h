#pragma once

#include <QWidget>

#include "ui/chat_values.h"
#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

class QListView;
class QToolButton;

namespace zipage::ui {

class ChatListDelegate;
class ChatListModel;

/// The chats on the left: choose, rename in place, delete.
class ChatPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit ChatPanel(OwnerColors& colors, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setChats(const QVector<ChatItem>& chats);
  void updateChat(const ChatItem& chat);
  void removeChat(qint64 chatId);
  void setCurrentChat(qint64 chatId);  // 0: none
  /// The chat `steps` below the current one, or 0 at either end.
  qint64 chatBeside(int steps) const;
  QString titleOf(qint64 chatId) const;
  void editTitle(qint64 chatId);

 signals:
  void newChatRequested();
  void chatSelected(qint64 chatId);
  void chatRenamed(qint64 chatId, const QString& title);
  void chatDeleteRequested(qint64 chatId);

 private:
  bool eventFilter(QObject* watched, QEvent* event) override;
  QWidget* makeHeader();
  void makeList(OwnerColors& colors);
  void onCurrentChanged(const QModelIndex& current);
  void showMenu(const QPoint& position);

  ChatListModel* m_model;
  ChatListDelegate* m_delegate;
  QListView* m_list;
  QToolButton* m_newChat;
  qint64 m_currentChat = 0;
};

}  // namespace zipage::ui
