// The replies that are being made: from a conversation to a prompt, to requests, to text that grows. It says
// what happens to them; who keeps and shows them is not its matter. GUI thread; never waits.
#pragma once

#include <QObject>
#include <QPointer>
#include <optional>
#include <unordered_map>
#include <vector>

#include "app/common/request_settings.h"
#include "app/gui/engine_host.h"
#include "app/gui/reply.h"

namespace zipage {

class ReplyDesk final : public QObject {
  Q_OBJECT

 public:
  /// `host` outlives the desk.
  explicit ReplyDesk(EngineHost& host, QObject* parent = nullptr);

  /// Begins a reply for each of these records of one chat, all to the same prompt, which is read once.
  /// Answers end before the first of `stopStrings`.
  /// REQUIRES: at least one record, in state Streaming
  void start(const std::vector<MessageRecord>& records, PromptJob job, RequestSettings settings,
             std::vector<std::string> stopStrings = {});
  /// Null: it is not being made.
  const Reply* find(MessageId message) const;
  bool isBusy() const { return !m_replies.empty(); }
  /// The replies of a chat.
  std::vector<const Reply*> repliesIn(ChatId chat) const;

  /// Ends the thinking of the replies of a chat; they go on with their answers.
  void endThinking(ChatId chat);
  /// Ends a reply at once and keeps what it has. The engine lets go of it after its step, however long that
  /// takes; what it still says is ignored.
  void stop(MessageId message);
  void stopAll(ChatId chat);
  void stopAll();

 Q_SIGNALS:
  /// The engine has taken its request.
  void begun(zipage::MessageId message, zipage::RequestId request);
  /// Its state or figures changed.
  void changed(const zipage::Reply& reply);
  void grew(const zipage::Reply& reply, const zipage::Reply::Growth& growth);
  /// The partial reply should be written.
  void saveDue(const zipage::MessageRecord& record);
  void ended(const zipage::MessageRecord& record);
  void noticed(const QString& text);

 private:
  /// Replies that wait for their prompt.
  struct Batch {
    std::vector<MessageId> messages;
    RequestSettings settings;
    std::vector<std::string> stopStrings;
  };

  Reply* replyOf(RequestId request);
  void ask(MessageId message, const RemoteQuestion& question, const std::vector<std::string>& stops);
  void onRemoteText(MessageId message, const QString& reasoning, const QString& answer);
  void onRemoteEnd(MessageId message, const RemoteOutcome& outcome);
  void onPrompt(const PreparedPrompt& prompt);
  void submit(const Batch& batch, const PreparedPrompt& prompt);
  void refuse(const Batch& batch, const std::string& reason);
  void onEvent(const EngineEvent& event);
  void grow(Reply& reply, const Reply::Growth& growth);
  void end(Reply& reply);
  void stop(MessageId message, const std::string& reason);
  void endAll(const std::string& reason);

  EngineHost& m_host;
  std::unordered_map<std::uint64_t, Reply> m_replies;                 // by message id
  std::unordered_map<quint64, Batch> m_batches;                       // by ticket
  std::unordered_map<std::uint64_t, QPointer<RemoteReply>> m_remote;  // by message id: those made elsewhere
};

}  // namespace zipage
