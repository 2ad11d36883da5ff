// Chats between window, engine and database: takes what the user asks for, drives replies, tells the window
// what changed. GUI thread; never waits for the engine or the store.
#pragma once

#include <QObject>
#include <atomic>
#include <memory>
#include <optional>

#include "app/gui/chat_book.h"
#include "app/gui/engine_host.h"
#include "app/gui/reply_desk.h"
#include "engine/store/store_thread.h"
#include "ui/chat_values.h"

namespace zipage {

class ChatController final : public QObject {
  Q_OBJECT

 public:
  using Stored = ChatBook::Stored;
  using Files = QVector<ui::AttachmentItem>;
  static constexpr int kDaysInTrash = 30;

  /// `host` and `store` outlive the controller.
  ChatController(EngineHost& host, StoreThread& store, Stored stored, QObject* parent = nullptr);

  QVector<ui::ChatItem> chatItems() const;  // latest first
  bool isGenerating() const { return m_replies.isBusy(); }

 public Q_SLOTS:
  void startNewChat();
  void selectChat(qint64 chatId);
  /// Shows the branch that holds this message.
  void selectMessage(qint64 chatId, qint64 messageId);
  void renameChat(qint64 chatId, const QString& title);
  void commandChat(qint64 chatId, zipage::ui::ChatCommand command);
  void deleteChat(qint64 chatId);
  void undo(const QString& actionId);
  void listTrash();
  void restoreChat(qint64 chatId);
  void emptyTrash();
  void send(qint64 chatId, const QString& text, const QVector<zipage::ui::AttachmentItem>& files = {});
  /// Sends another version of a question.
  void resend(qint64 chatId, qint64 messageId, const QString& text,
              const QVector<zipage::ui::AttachmentItem>& files);
  /// Message 0: the last one of the branch that is shown.
  void commandMessage(qint64 chatId, qint64 messageId, zipage::ui::MessageCommand command);
  void stop(qint64 chatId);
  void changeSettings(qint64 chatId, const zipage::ui::GenerationSettings& settings);
  void changeDraft(qint64 chatId, const QString& text, const QVector<zipage::ui::AttachmentItem>& files = {});
  void countTokens(const QString& text);
  void search(const QString& query);
  void exportChats(const QVector<qint64>& chatIds, const QString& path, zipage::ui::ExportFormat format);
  void importChats(const QString& path);
  /// Stops every reply and keeps what it has so far; the model is going away.
  void stopAll() { m_replies.stopAll(); }

 Q_SIGNALS:
  void chatChanged(const zipage::ui::ChatItem& chat);
  void chatRemoved(qint64 chatId);
  void defaultsChanged(const zipage::ui::GenerationSettings& settings);
  /// What the open model's own file says of sampling.
  void modelSuggested(const zipage::ui::GenerationSettings& settings);
  void chatShown(qint64 chatId, const QVector<zipage::ui::MessageItem>& messages,
                 const zipage::ui::GenerationSettings& settings, const QString& draft,
                 const QVector<zipage::ui::AttachmentItem>& files);
  /// Another branch of a chat is shown.
  void branchShown(qint64 chatId, const QVector<zipage::ui::MessageItem>& messages);
  void replyBegun(qint64 messageId, zipage::RequestId request);
  void messageAdded(qint64 chatId, const zipage::ui::MessageItem& message);
  void messageGrew(qint64 chatId, qint64 messageId, const QString& reasoning, const QString& text);
  void messageChanged(qint64 chatId, const zipage::ui::MessageItem& message);
  void draftRestored(qint64 chatId, const QString& text, const QVector<zipage::ui::AttachmentItem>& files);
  void tokensCounted(int numTokens);
  void searchFinished(const QString& query, const QVector<zipage::ui::ChatHit>& hits);
  void trashListed(const QVector<zipage::ui::TrashItem>& chats);
  void problemFound(const QString& text);
  void noticed(const QString& text, const QString& actionText, const QString& actionId);

 private:
  Chat* chatOf(const MessageRecord& record) { return m_book.find(static_cast<qint64>(record.chat.value)); }
  bool isModelOpen();
  /// Asks for replies that follow the message, as many as the chat's settings say or one.
  void reply(Chat& chat, MessageId question, int numAnswers);
  void showBranch(const Chat& chat);
  void tellChat(const Chat& chat);
  void tellMessage(const Chat& chat, MessageId message);

  void regenerate(Chat& chat, MessageId message);
  void stepVersion(Chat& chat, MessageId message, int steps);
  void continueReply(Chat& chat, MessageId message);
  void deleteMessage(Chat& chat, MessageId message);
  /// New chats start with the sampling the model's own file recommends.
  void adoptModelDefaults(const ui::ModelInfo& model);

  void onChanged(const Reply& reply);
  void onGrew(const Reply& reply, const Reply::Growth& growth);
  void onEnded(const MessageRecord& record);
  void onFound(const QString& query, const std::vector<SearchHit>& hits);
  void onBroughtBack(ChatDocument document);
  void onImported(std::vector<ChatDocument> chats);

  EngineHost& m_host;
  StoreThread& m_store;
  ui::GenerationSettings m_defaults;
  std::optional<QString> m_modelPath;  // whose suggestions were adopted
  ChatBook m_book;
  ReplyDesk m_replies;
  qint64 m_shownChat = 0;
  quint64 m_countTicket = 0;
  // Shared with the searches that wait on the store's thread.
  std::shared_ptr<std::atomic<quint64>> m_latestSearch = std::make_shared<std::atomic<quint64>>(0);
};

}  // namespace zipage
