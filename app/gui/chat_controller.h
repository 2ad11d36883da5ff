// Chats between window, engine and database: takes what the user asks for, drives replies, keeps what is
// written. GUI thread; never waits for the engine or the store.
#pragma once

#include <QHash>
#include <QObject>
#include <memory>
#include <optional>
#include <unordered_map>

#include "app/gui/engine_host.h"
#include "app/gui/reply.h"
#include "engine/store/store_thread.h"
#include "ui/chat_values.h"

namespace zipage {

class ChatController final : public QObject {
  Q_OBJECT

 public:
  /// What was stored when the program started.
  struct Stored {
    std::vector<ChatRecord> chats;                                           // latest first
    std::unordered_map<std::uint64_t, std::vector<MessageRecord>> messages;  // by chat id
    std::uint64_t nextId = 1;
  };

  /// `host` and `store` outlive the controller.
  ChatController(EngineHost& host, StoreThread& store, Stored stored, QObject* parent = nullptr);

  QVector<ui::ChatItem> chatItems() const;
  bool isGenerating() const { return !m_replies.empty(); }

 public slots:
  void startNewChat();
  void selectChat(qint64 chatId);
  void renameChat(qint64 chatId, const QString& title);
  void deleteChat(qint64 chatId);
  void undo(const QString& actionId);
  void send(qint64 chatId, const QString& text);
  void stop(qint64 chatId);
  void changeSettings(qint64 chatId, const zipage::ui::GenerationSettings& settings);
  void changeDraft(qint64 chatId, const QString& text);
  /// Stops every reply and keeps what it has so far; the model is going away.
  void stopAll();

 signals:
  void chatChanged(const zipage::ui::ChatItem& chat);
  void chatRemoved(qint64 chatId);
  void defaultsChanged(const zipage::ui::GenerationSettings& settings);
  /// What the open model's own file says of sampling.
  void modelSuggested(const zipage::ui::GenerationSettings& settings);
  void chatShown(qint64 chatId, const QVector<zipage::ui::MessageItem>& messages,
                 const zipage::ui::GenerationSettings& settings, const QString& draft);
  void messageAdded(qint64 chatId, const zipage::ui::MessageItem& message);
  void messageGrew(qint64 chatId, qint64 messageId, const QString& reasoning, const QString& text);
  void messageChanged(qint64 chatId, const zipage::ui::MessageItem& message);
  void draftRestored(qint64 chatId, const QString& text);
  void problemFound(const QString& text);
  void noticed(const QString& text, const QString& actionText, const QString& actionId);

 private:
  struct Chat {
    ChatRecord record;
    ui::GenerationSettings settings;
    std::vector<MessageRecord> messages;
  };
  using ReplyMap = std::unordered_map<std::uint64_t, Reply>;  // by message id

  Chat* find(qint64 chatId);
  Chat& createChat(const QString& firstWords);
  Reply* replyOf(RequestId request);
  bool isGeneratingIn(ChatId chat) const;
  ui::ChatItem toChatItem(const Chat& chat) const;
  MessageRecord newMessage(Chat& chat, MessageRole role, const std::string& text);
  std::uint64_t takeId() { return m_nextId++; }
  void touch(Chat& chat);

  /// Ends the replies of a chat, or of all chats, at once: what the engine still says of them is ignored.
  void haltReplies(ChatId chat, const std::string& reason);
  /// New chats start with the sampling the model's own file recommends.
  void adoptModelDefaults(const ui::ModelInfo& model);
  void onPrompt(const PreparedPrompt& prompt);
  void onEvent(const EngineEvent& event);
  void grow(Reply& reply, const Reply::Growth& growth);
  void end(Reply& reply);

  EngineHost& m_host;
  StoreThread& m_store;
  std::unordered_map<std::uint64_t, Chat> m_chats;
  ReplyMap m_replies;
  QHash<QString, Chat> m_trash;  // by undo action
  ui::GenerationSettings m_defaults;
  std::optional<QString> m_modelPath;  // whose suggestions were adopted
  std::uint64_t m_nextId = 1;
  qint64 m_shownChat = 0;
};

}  // namespace zipage
