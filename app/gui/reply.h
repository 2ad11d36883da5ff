// One assistant message while it is being made: turns tokens into reasoning and answer, and keeps the record
// that is written to the database. One thread.
#pragma once

#include <QElapsedTimer>
#include <QString>
#include <memory>

#include "engine/runtime/engine_event.h"
#include "engine/store/session_store.h"
#include "engine/text/reasoning_parser.h"
#include "engine/text/stop_strings.h"
#include "engine/text/stream_decoder.h"
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

  Reply(MessageRecord record, RequestId request = {}) : m_record(std::move(record)), m_request(request) {}

  /// The prompt is ready and the engine has taken the request. The answer ends before the first of `stops`.
  void begin(RequestId request, std::shared_ptr<const Tokenizer> tokenizer, const ReasoningMarks& marks,
             bool startsInside, std::vector<std::string> stops = {});
  void engineStarted(const RequestStarted& event);
  Growth addTokens(const std::vector<TokenId>& tokens);
  void addCompression(const SequenceCompressed& event);
  /// Releases what was held back; sets state and figures.
  Growth finish(const RequestFinished& event);
  /// The reply ends without the engine: `state` and the reason.
  void abandon(MessageState state, const std::string& reason);

  RequestId request() const { return m_request; }
  const MessageRecord& record() const { return m_record; }
  ui::MessageItem item() const;

  /// True once a second since the last time it said so: the partial reply should be written.
  bool isDueForSaving();
  /// One of the stops was found: nothing more is wanted of the engine.
  bool hasReachedStop() const { return !m_stops.found().empty(); }
  bool wasCancelled() const { return m_cancelled; }
  void markCancelled() { m_cancelled = true; }

 private:
  Growth take(const ReasoningPiece& piece);
  void noteReasoningTime();

  MessageRecord m_record;
  RequestId m_request;
  std::shared_ptr<const Tokenizer> m_tokenizer;
  std::unique_ptr<StreamDecoder> m_decoder;
  std::unique_ptr<ReasoningParser> m_parser;
  StopStrings m_stops;
  ui::ReplyState m_phase = ui::ReplyState::Waiting;
  QElapsedTimer m_sinceRequest;
  QElapsedTimer m_sinceSaving;
  qint64 m_reasoningStartMs = -1;
  bool m_cancelled = false;
};

/// A stored message as the window shows it.
ui::MessageItem toItem(const MessageRecord& record);

}  // namespace zipage
