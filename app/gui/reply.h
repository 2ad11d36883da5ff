// One assistant message while it is being made: turns tokens into reasoning and answer, and keeps the record
// that is written to the database. One thread.
#pragma once

#include <QElapsedTimer>
#include <QString>
#include <memory>
#include <optional>

#include "app/remote/remote_reply.h"
#include "engine/runtime/engine_event.h"
#include "engine/store/session_store.h"
#include "engine/text/reply_reader.h"
#include "engine/text/stop_strings.h"
#include "ui/chat_values.h"

namespace zipage {

class Reply {
 public:
  /// What new tokens added to the two texts.
  struct Growth {
    QString reasoning;
    QString text;
    bool isEmpty() const { return reasoning.isEmpty() && text.isEmpty(); }
  };

  /// A record with text is gone on with: what comes is added to it, and to its figures.
  explicit Reply(MessageRecord record) : m_record(std::move(record)), m_before(m_record.figures) {}

  /// The prompt is ready and the engine has taken the request. The answer ends before the first of `stops`.
  void begin(RequestId request, std::shared_ptr<const Tokenizer> tokenizer, const ReasoningMarks& marks,
             bool startsInside, std::vector<std::string> stops = {});
  /// An engine elsewhere was asked. It may split reasoning from answer by itself, or leave both in the
  /// answer.
  void beginRemote(const ReasoningMarks& marks, std::vector<std::string> stops = {});
  Growth addRemote(const QString& reasoning, const QString& answer);
  Growth finishRemote(const RemoteOutcome& outcome);
  void engineStarted(const RequestStarted& event);
  Growth addToken(TokenId token);
  void addCompression(const SequenceCompressed& event);
  /// Releases what was held back; sets state and figures.
  Growth finish(const RequestFinished& event);
  /// The reply ends without the engine: `state` and the reason. Releases what was held back.
  Growth abandon(MessageState state, const std::string& reason);

  RequestId request() const { return m_request; }  // none before begin()
  const MessageRecord& record() const { return m_record; }
  ui::MessageItem item() const;
  ui::ReplyState phase() const { return m_phase; }  // while it is being made

  /// True once a second since the last time it said so, and when the thinking has ended: the partial reply
  /// should be written.
  bool isDueForSaving();
  /// One of the stops was found: nothing more is wanted of the engine.
  bool hasReachedStop() const { return !m_stops.found().empty(); }
  /// Its thinking is to end as soon as the engine has it.
  bool wantsAnswer() const { return m_wantsAnswer; }
  void wantAnswer() { m_wantsAnswer = true; }

 private:
  Growth take(const ReasoningPiece& piece);
  void notePhase(bool isInside);
  Growth takeRest();
  void noteReasoningTime();

  MessageRecord m_record;
  RequestId m_request;
  ReplyFigures m_before;                        // of the record when this began
  std::unique_ptr<ReplyReader> m_reader;        // of an engine here
  std::optional<ReasoningParser> m_remoteText;  // of one elsewhere
  StopStrings m_stops;
  ui::ReplyState m_phase = ui::ReplyState::Waiting;
  QElapsedTimer m_sinceRequest;
  QElapsedTimer m_sinceSaving;
  qint64 m_reasoningStartMs = -1;
  qint64 m_firstTokenMs = -1;
  bool m_wantsAnswer = false;
  bool m_hasStoppedThinking = false;  // since it was last saved
};

/// A stored message as the window shows it.
ui::MessageItem toItem(const MessageRecord& record);

}  // namespace zipage
