#pragma once

#include <QObject>
#include <QSet>
#include <functional>
#include <optional>
#include <vector>

#include "ui/chat_values.h"
#include "ui/memory/memory_model.h"
#include "ui/memory/message_places.h"
#include "ui/text_shades.h"

namespace zipage::ui {

/// What the model still sees of the chat that is shown, for the transcript: shades for its words, and the way
/// from a word to its tokens and back. It works only while somebody wants to see it.
class ChatMemory final : public QObject {
  Q_OBJECT

 public:
  using Messages = std::function<QVector<MessageItem>()>;

  /// `messages`: those of the chat that is shown, in order, as they are when they are asked for.
  ChatMemory(MemoryModel& model, Messages messages, QObject* parent = nullptr);

  void setShown(bool shown);
  bool isShown() const { return m_isShown; }
  /// The chat that is shown, or another branch of it.
  void setChat(OwnerId chat);

  const ChatShades& shades() const { return m_shades; }
  /// The request that read and wrote these messages last; none: there is none in memory.
  RequestId request() const { return m_request; }
  /// The chat's newest of the engine that is at work, whatever is shown.
  RequestId latestRequest() const;
  /// Chooses the word at this stretch of a message. False: the model never read it, or nobody knows.
  bool chooseWord(qint64 messageId, bool isReasoning, int from, int to);
  /// Chooses the request that wrote this reply, as it is now. False: nobody knows it any more, or nothing was
  /// compressed.
  bool chooseReply(qint64 messageId);
  /// A stretch of a message as it was written.
  struct Stretch {
    qint64 messageId = 0;
    bool isReasoning = false;
    int from = 0;
    int to = 0;
  };
  /// Where the chosen token stands.
  std::optional<Stretch> chosenSpot() const;
  /// What is kept from eviction in this chat, to mark it.
  void setKept(std::vector<Stretch> kept);
  /// Its tokens in the text of latestRequest(), ascending.
  std::vector<std::int32_t> keptTokens() const;
  /// How much of the question, and of all, is still seen: one sentence.
  QString summary() const;

 Q_SIGNALS:
  void shadesChanged();

 private:
  void refresh();
  void follow();
  bool isKept(const MessagePlace& place, int from, int to) const;
  void followWriter(qint64 messageId);
  void lookAtNow();
  const SequenceTrail* trailOf(const QVector<MessageItem>& messages) const;
  static std::vector<std::int32_t> tokensAt(const std::vector<MessagePlace>& places, const Stretch& stretch);
  void forget();
  void findPlaces(const QVector<MessageItem>& messages);
  TextShades shadesOf(const MessagePlace& place, const QString& text, const std::vector<float>& gone,
                      const std::vector<std::uint8_t>& chosen) const;
  int numTokensThen() const;
  std::vector<std::uint8_t> chosenTokens(int numTokens) const;

  MemoryModel& m_model;
  Messages m_currentMessages;
  bool m_isShown = false;
  OwnerId m_chat;
  QSet<qint64> m_questions;
  RequestId m_request;
  int m_numTokensThen = 0;   // at the shown moment
  int m_numTokensFound = 0;  // of the sequence when places were looked for
  std::vector<MessagePlace> m_places;
  std::vector<Stretch> m_kept;
  ChatShades m_shades;
  std::int64_t m_compression = -1;  // that the shades are of
};

}  // namespace zipage::ui
