#pragma once

#include <QTimer>
#include <QWidget>
#include <functional>

#include "ui/chat_values.h"
#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

class QLabel;
class QLineEdit;
class QListView;
class QToolButton;

namespace zipage::ui {

class ChatFilterModel;
class ChatListDelegate;
class ChatListModel;
class FilterButton;

/// The chats on the left: search, filter, choose, rename in place, pin, export, delete.
class ChatPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit ChatPanel(OwnerColors& colors, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setChats(const QVector<ChatItem>& chats);
  void updateChat(const ChatItem& chat);
  void removeChat(qint64 chatId);
  void setCurrentChat(qint64 chatId);  // 0: none
  /// Ignored when something else is searched for by now.
  void setSearchHits(const QString& query, const QVector<ChatHit>& hits);
  void focusSearch();
  /// The chat `steps` below the current one in the list, or 0 at either end.
  qint64 chatBeside(int steps) const;
  QString titleOf(qint64 chatId) const;
  void editTitle(qint64 chatId);

 Q_SIGNALS:
  void newChatRequested();
  void chatSelected(qint64 chatId);
  /// `words` are what was found in the message; message 0: in the title.
  void hitChosen(qint64 chatId, qint64 messageId, const QString& words);
  void chatRenamed(qint64 chatId, const QString& title);
  void chatCommanded(qint64 chatId, zipage::ui::ChatCommand command);
  void exportRequested(const QVector<qint64>& chatIds, const QString& name, zipage::ui::ExportFormat format);
  void searchRequested(const QString& query);

 private:
  bool eventFilter(QObject* watched, QEvent* event) override;
  bool filterSearchKey(QEvent* event);
  QWidget* makeHeader();
  QWidget* makeSearch();
  void makeList(OwnerColors& colors);
  void changeList(const std::function<void()>& change);
  void search();
  void choose(const QModelIndex& index);
  void onCurrentChanged(const QModelIndex& current);
  void showMenu(const QPoint& position);
  void showEmptiness();

  ChatListModel* m_model;
  ChatFilterModel* m_listed;
  ChatListDelegate* m_delegate;
  QLineEdit* m_search;
  FilterButton* m_filter;
  QListView* m_list;
  QLabel* m_nothing;
  QToolButton* m_newChat;
  QTimer m_searchTimer;
  qint64 m_currentChat = 0;
  bool m_isChanging = false;
};

}  // namespace zipage::ui
