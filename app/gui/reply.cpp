#include "app/gui/reply.h"

#include <QCoreApplication>

namespace zipage {

namespace {

constexpr qint64 kSaveEveryMs = 1000;

qint64 toMs(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

ui::ReplyState shownState(MessageState state) {
  switch (state) {
    case MessageState::Complete:
      return ui::ReplyState::Complete;
    case MessageState::Streaming:
      return ui::ReplyState::Waiting;
    case MessageState::Stopped:
      return ui::ReplyState::Stopped;
    case MessageState::Interrupted:
      return ui::ReplyState::Interrupted;
    case MessageState::Failed:
      return ui::ReplyState::Failed;
  }
  return ui::ReplyState::Complete;
}

MessageState storedState(FinishReason reason) {
  switch (reason) {
    case FinishReason::EndToken:
    case FinishReason::Length:
      return MessageState::Complete;
    case FinishReason::Cancelled:
      return MessageState::Stopped;
    case FinishReason::PoolExhausted:
    case FinishReason::Failed:
      return MessageState::Failed;
  }
  return MessageState::Complete;
}

std::string finishNote(const RequestFinished& event) {
  if (event.reason == FinishReason::Length) {
    return QCoreApplication::translate("Reply", "Stopped at the limit of %1 new tokens.")
        .arg(event.generatedTokens)
        .toStdString();
  }
  return event.error.message;
}

}  // namespace

ui::MessageItem toItem(const MessageRecord& record) {
  ui::MessageItem item;
  item.id = static_cast<qint64>(record.id.value);
  item.role = record.role == MessageRole::User ? ui::Role::User : ui::Role::Assistant;
  item.state = shownState(record.state);
  item.text = QString::fromStdString(record.text);
  item.reasoning = QString::fromStdString(record.reasoning);
  item.error = QString::fromStdString(record.error);
  item.reasoningMs = record.figures.reasoningMs;
  item.reasoningTokens = record.figures.reasoningTokens;
  item.generatedTokens = record.figures.generatedTokens;
  item.promptTokens = record.figures.promptTokens;
  item.firstTokenMs = record.figures.firstTokenMs;
  item.decodeMs = record.figures.decodeMs;
  item.compressions = record.figures.compressions;
  item.tokensEvicted = record.figures.tokensEvicted;
  item.peakPages = record.figures.peakPages;
  item.cachedTokens = record.figures.cachedTokens;
  item.computedTokens = record.figures.computedTokens;
  return item;
}

void Reply::begin(RequestId request, std::shared_ptr<const Tokenizer> tokenizer, const ReasoningMarks& marks,
                  bool startsInside, std::vector<std::string> stops) {
  m_request = request;
  m_stops = StopStrings(std::move(stops));
  m_tokenizer = std::move(tokenizer);
  m_decoder = std::make_unique<StreamDecoder>(*m_tokenizer);
  m_parser = std::make_unique<ReasoningParser>(marks, startsInside);
  m_sinceRequest.start();
  m_sinceSaving.start();
}

void Reply::engineStarted(const RequestStarted& event) {
  m_record.figures.promptTokens = event.promptTokens;
  m_record.figures.cachedTokens = event.cachedTokens;
  m_phase = ui::ReplyState::Reading;
}

Reply::Growth Reply::take(const ReasoningPiece& piece) {
  const std::string answer = m_stops.push(piece.answer);
  m_record.reasoning += piece.reasoning;
  m_record.text += answer;
  return {QString::fromStdString(piece.reasoning), QString::fromStdString(answer)};
}

void Reply::noteReasoningTime() {
  if (m_reasoningStartMs >= 0) m_record.figures.reasoningMs = m_sinceRequest.elapsed() - m_reasoningStartMs;
}

Reply::Growth Reply::addTokens(const std::vector<TokenId>& tokens) {
  Growth growth;
  if (m_record.figures.generatedTokens == 0) m_record.figures.firstTokenMs = m_sinceRequest.elapsed();
  for (const TokenId token : tokens) {
    if (hasReachedStop()) break;
    const bool inside = m_parser->isInsideReasoning();
    if (inside && m_reasoningStartMs < 0) m_reasoningStartMs = m_sinceRequest.elapsed();
    ++m_record.figures.generatedTokens;
    if (inside) ++m_record.figures.reasoningTokens;
    // Marks are control tokens in many vocabularies, and then give no text by themselves.
    const std::string text =
        m_tokenizer->isControl(token) ? m_tokenizer->pieceBytes(token, true) : m_decoder->push(token);
    const Growth part = take(m_parser->push(text));
    growth.reasoning += part.reasoning;
    growth.text += part.text;
    if (inside) noteReasoningTime();
  }
  m_record.figures.decodeMs = m_sinceRequest.elapsed() - m_record.figures.firstTokenMs;
  m_phase = m_parser->isInsideReasoning() ? ui::ReplyState::Thinking : ui::ReplyState::Answering;
  return growth;
}

void Reply::addCompression(const SequenceCompressed& event) {
  ++m_record.figures.compressions;
  m_record.figures.tokensEvicted += event.entriesBefore - event.entriesAfter;
}

Reply::Growth Reply::finish(const RequestFinished& event) {
  Growth growth;
  if (m_parser != nullptr) {
    growth = take(m_parser->push(m_decoder->finish()));
    const Growth rest = take(m_parser->finish());
    growth.reasoning += rest.reasoning;
    const std::string heldBack = m_stops.finish();
    m_record.text += heldBack;
    growth.text += rest.text + QString::fromStdString(heldBack);
    if (m_parser->isInsideReasoning()) noteReasoningTime();
  }
  m_record.state = hasReachedStop() ? MessageState::Complete : storedState(event.reason);
  m_record.error = hasReachedStop() ? std::string() : finishNote(event);
  m_record.figures.compressions = event.compressions;
  m_record.figures.tokensEvicted = event.tokensEvicted;
  m_record.figures.peakPages = event.peakPages;
  m_record.figures.cachedTokens = event.cachedTokens;
  m_record.figures.computedTokens = event.computedTokens;
  if (event.generatedTokens > 0) {
    m_record.figures.firstTokenMs = toMs(event.timeToFirstToken);
    m_record.figures.decodeMs = toMs(event.decodeTime);
  }
  return growth;
}

void Reply::abandon(MessageState state, const std::string& reason) {
  m_record.state = state;
  m_record.error = reason;
}

ui::MessageItem Reply::item() const {
  ui::MessageItem item = toItem(m_record);
  if (m_record.state == MessageState::Streaming) item.state = m_phase;
  return item;
}

bool Reply::isDueForSaving() {
  if (!m_sinceSaving.isValid() || m_sinceSaving.elapsed() < kSaveEveryMs) return false;
  m_sinceSaving.restart();
  return true;
}

}  // namespace zipage
