// The chats in memory, and their copies in the database: everything that changes a chat goes through here and
// is posted to the store. Knows nothing of the window, the model or replies in progress. One thread.
#pragma once

#include <QHash>
#include <QString>
#include <QStringList>
#include <optional>
#include <unordered_map>
#include <vector>

#include "app/common/chat_json.h"
#include "app/gui/chat.h"
#include "engine/store/store_thread.h"

namespace zipage {

class ChatBook {
 public:
  /// What was stored when the program started.
  struct Stored {
    std::vector<ChatRecord> chats;
    std::unordered_map<std::uint64_t, std::vector<MessageRecord>> messages;  // by chat id
    Draft newChatDraft;
    std::uint64_t nextId = 1;
  };
  /// What an undo has brought back.
  struct Restored {
    qint64 chatId = 0;
    bool isWholeChat = false;
  };

  /// `store` outlives the book. Settings that a chat does not have are those of `defaults`.
  ChatBook(StoreThread& store, Stored stored, const ui::GenerationSettings& defaults);

  const std::unordered_map<std::uint64_t, Chat>& chats() const { return m_chats; }
  Chat* find(qint64 chatId);
  const Draft& newChatDraft() const { return m_newChatDraft; }

  Chat& create(const QString& firstWords, const ui::GenerationSettings& settings);
  /// A chat that looks the same and shares nothing.
  Chat& duplicate(const Chat& chat);
  /// Takes in a chat from elsewhere under ids of its own.
  Chat& adopt(ChatDocument document);
  void rename(Chat& chat, const QString& title);
  void setPinned(Chat& chat, bool isPinned);
  void setSettings(Chat& chat, const ui::GenerationSettings& settings);
  /// Chat 0: the one that is to come.
  void setDraft(qint64 chatId, Draft draft);
  /// The chat was written in just now.
  void touch(Chat& chat);

  /// A message under `parent` with an id and a time; add() keeps it.
  MessageRecord newMessage(const Chat& chat, MessageId parent, MessageRole role);
  /// Adds it to the chat and shows it.
  void add(Chat& chat, MessageRecord message);
  /// A message that has changed; one that is not in its chat any more is only stored.
  void update(const MessageRecord& message);
  void show(Chat& chat, MessageId message);

  // To the trash. What is returned undoes it; an empty text undoes the last one that was not undone.
  QString remove(Chat& chat);
  QString removeMessages(Chat& chat, MessageId top);
  std::optional<Restored> undo(const QString& actionId);
  bool isUndoable(const QString& actionId) const { return m_undoable.contains(actionId); }
  static QString restoreActionOf(ChatId chat);
  /// A chat that was deleted before the program started.
  Chat& bringBack(ChatDocument document);
  /// Erases what was deleted; nothing brings it back.
  void emptyTrash();

 private:
  struct TrashedMessages {
    qint64 chatId = 0;
    std::vector<MessageRecord> messages;
  };

  std::uint64_t takeId() { return m_nextId++; }
  void save(Chat& chat);
  /// Under the ids it has.
  Chat& take(ChatDocument document);

  StoreThread& m_store;
  std::unordered_map<std::uint64_t, Chat> m_chats;
  QHash<QString, Chat> m_trashedChats;                // by undo action
  QHash<QString, TrashedMessages> m_trashedMessages;  // likewise
  QStringList m_undoable;                             // actions, latest last
  Draft m_newChatDraft;
  ui::GenerationSettings m_defaults;
  std::uint64_t m_nextId = 1;
};

}  // namespace zipage
