#include "app/gui/reply.h"

#include <QCoreApplication>
#include <QDateTime>
#include <algorithm>
#include <utility>

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
        .arg(QLocale().toString(event.generatedTokens))
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
  item.storedTokens = record.figures.storedTokens;
  item.storageMs = record.figures.storageMs;
  item.model = QString::fromStdString(record.model);
  for (const Attachment& attachment : record.attachments) {
    item.attachments.append(
        {QString::fromStdString(attachment.name), QString::fromStdString(attachment.text)});
  }
  return item;
}

void Reply::begin(RequestId request, std::shared_ptr<const Tokenizer> tokenizer, const ReasoningMarks& marks,
                  bool startsInside, std::vector<std::string> stops) {
  m_request = request;
  const bool continues = !m_record.text.empty() || !m_record.reasoning.empty();
  m_reader = std::make_unique<ReplyReader>(std::move(tokenizer), marks, startsInside, continues);
  m_stops = StopStrings(std::move(stops));
  m_sinceRequest.start();
  m_sinceSaving.start();
}

void Reply::beginRemote(const ReasoningMarks& marks, std::vector<std::string> stops) {
  const bool continues = !m_record.text.empty() || !m_record.reasoning.empty();
  m_remoteText.emplace(marks, false, continues);
  m_stops = StopStrings(std::move(stops));
  m_phase = ui::ReplyState::Reading;
  m_sinceRequest.start();
  m_sinceSaving.start();
}

Reply::Growth Reply::addRemote(const QString& reasoning, const QString& answer) {
  if (m_record.figures.generatedTokens == 0 && m_firstTokenMs < 0)
    m_record.figures.firstTokenMs = m_sinceRequest.elapsed();
  if (m_firstTokenMs < 0) m_firstTokenMs = m_sinceRequest.elapsed();
  ReasoningPiece piece = m_remoteText->push(answer.toStdString());
  piece.reasoning = reasoning.toStdString() + piece.reasoning;
  const bool isInside = !piece.reasoning.empty() || m_remoteText->isInsideReasoning();
  if (isInside && m_reasoningStartMs < 0) m_reasoningStartMs = m_sinceRequest.elapsed();
  const Growth growth = take(piece);
  if (isInside) noteReasoningTime();
  m_record.figures.decodeMs = m_before.decodeMs + m_sinceRequest.elapsed() - m_firstTokenMs;
  notePhase(isInside && answer.isEmpty());
  return growth;
}

Reply::Growth Reply::finishRemote(const RemoteOutcome& outcome) {
  const Growth growth = takeRest();
  m_record.state = outcome.problem.isEmpty() ? MessageState::Complete : MessageState::Failed;
  m_record.error = outcome.problem.toStdString();
  ReplyFigures& figures = m_record.figures;
  figures.promptTokens = outcome.promptTokens;
  figures.cachedTokens = outcome.cachedTokens;
  figures.computedTokens = outcome.promptTokens - outcome.cachedTokens;
  figures.generatedTokens = m_before.generatedTokens + outcome.generatedTokens;
  figures.reasoningTokens = m_before.reasoningTokens + outcome.reasoningTokens;
  figures.compressions = m_before.compressions + outcome.compressions;
  figures.tokensEvicted = m_before.tokensEvicted + outcome.tokensEvicted;
  figures.peakPages = std::max<std::int64_t>(m_before.peakPages, outcome.peakPages);
  if (outcome.problem.isEmpty() && outcome.isCutShort)
    m_record.error = QCoreApplication::translate("Reply", "Stopped at the limit of %1 new tokens.")
                         .arg(outcome.generatedTokens)
                         .toStdString();
  return growth;
}

void Reply::engineStarted(const RequestStarted& event) {
  m_record.figures.promptTokens = event.promptTokens;
  m_record.figures.cachedTokens = event.cachedTokens;
  m_record.figures.storedTokens = event.storedTokens;
  m_record.figures.storageMs = toMs(event.storageTime);
  m_phase = ui::ReplyState::Reading;
}

Reply::Growth Reply::take(const ReasoningPiece& piece) {
  const std::string answer = m_stops.push(piece.answer);
  m_record.reasoning += piece.reasoning;
  m_record.text += answer;
  return {QString::fromStdString(piece.reasoning), QString::fromStdString(answer)};
}

/// What was held back, in case it became a mark or a stop.
Reply::Growth Reply::takeRest() {
  Growth growth = take(m_reader != nullptr ? m_reader->finish() : m_remoteText->finish());
  const std::string heldBack = m_stops.finish();
  m_record.text += heldBack;
  growth.text += QString::fromStdString(heldBack);
  return growth;
}

void Reply::noteReasoningTime() {
  if (m_reasoningStartMs < 0) return;
  m_record.figures.reasoningEndedMs = QDateTime::currentMSecsSinceEpoch();
  if (m_record.figures.reasoningBeganMs == 0)
    m_record.figures.reasoningBeganMs = m_record.figures.reasoningEndedMs;
  m_record.figures.reasoningMs = m_before.reasoningMs + m_sinceRequest.elapsed() - m_reasoningStartMs;
}

Reply::Growth Reply::addToken(TokenId token) {
  Growth growth;
  if (m_record.figures.generatedTokens == 0) m_record.figures.firstTokenMs = m_sinceRequest.elapsed();
  if (m_firstTokenMs < 0) m_firstTokenMs = m_sinceRequest.elapsed();
  if (!hasReachedStop()) {
    const bool inside = m_reader->isInsideReasoning();
    if (inside && m_reasoningStartMs < 0) m_reasoningStartMs = m_sinceRequest.elapsed();
    ++m_record.figures.generatedTokens;
    if (inside) ++m_record.figures.reasoningTokens;
    growth = take(m_reader->push(token));
    if (inside) noteReasoningTime();
  }
  m_record.figures.decodeMs = m_before.decodeMs + m_sinceRequest.elapsed() - m_firstTokenMs;
  notePhase(m_reader->isInsideReasoning());
  return growth;
}

void Reply::notePhase(bool isInside) {
  const bool wasThinking = m_phase == ui::ReplyState::Thinking;
  m_phase = isInside ? ui::ReplyState::Thinking : ui::ReplyState::Answering;
  m_hasStoppedThinking = m_hasStoppedThinking || (wasThinking && m_phase == ui::ReplyState::Answering);
}

void Reply::addCompression(const SequenceCompressed& event) {
  ++m_record.figures.compressions;
  m_record.figures.tokensEvicted += event.entriesBefore - event.entriesAfter;
}

Reply::Growth Reply::finish(const RequestFinished& event) {
  Growth growth;
  if (m_reader != nullptr) {
    growth = takeRest();
    if (m_reader->isInsideReasoning()) noteReasoningTime();
  }
  m_record.state = hasReachedStop() ? MessageState::Complete : storedState(event.reason);
  m_record.error = hasReachedStop() ? std::string() : finishNote(event);
  ReplyFigures& figures = m_record.figures;
  figures.cachedTokens = event.cachedTokens;
  figures.computedTokens = event.computedTokens;
  figures.storedTokens = event.storedTokens;
  figures.storageMs = toMs(event.storageTime);
  figures.compressions = m_before.compressions + event.compressions;
  figures.tokensEvicted = m_before.tokensEvicted + event.tokensEvicted;
  figures.peakPages = std::max<std::int64_t>(m_before.peakPages, event.peakPages);
  if (event.generatedTokens > 0) {
    if (m_before.generatedTokens == 0) figures.firstTokenMs = toMs(event.timeToFirstToken);
    figures.decodeMs = m_before.decodeMs + toMs(event.decodeTime);
  }
  return growth;
}

Reply::Growth Reply::abandon(MessageState state, const std::string& reason) {
  Growth growth;
  if (m_reader != nullptr || m_remoteText) growth = takeRest();
  m_record.state = state;
  m_record.error = reason;
  return growth;
}

ui::MessageItem Reply::item() const {
  ui::MessageItem item = toItem(m_record);
  if (m_record.state == MessageState::Streaming) item.state = m_phase;
  return item;
}

bool Reply::isDueForSaving() {
  const bool isLongAgo = m_sinceSaving.isValid() && m_sinceSaving.elapsed() >= kSaveEveryMs;
  if (!std::exchange(m_hasStoppedThinking, false) && !isLongAgo) return false;
  m_sinceSaving.restart();
  return true;
}

}  // namespace zipage
