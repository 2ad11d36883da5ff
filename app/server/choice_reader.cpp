#include "app/server/choice_reader.h"

#include <iterator>
#include <utility>

namespace zipage {

void ReplyDelta::append(ReplyDelta other) {
  reasoning += other.reasoning;
  answer += other.answer;
  std::move(other.toolCalls.begin(), other.toolCalls.end(), std::back_inserter(toolCalls));
  std::move(other.rankedTokens.begin(), other.rankedTokens.end(), std::back_inserter(rankedTokens));
}

ChoiceReader::ChoiceReader(const ReplyForm& form)
    : m_reader(form.tokenizer, form.marks, form.startsInsideReasoning, form.continues),
      m_stops(form.stops),
      m_tools(form.toolNames) {}

ReplyDelta ChoiceReader::push(const TokenGenerated& generated) {
  ReplyDelta delta;
  if (isStopped()) return delta;
  const bool wasInside = m_reader.isInsideReasoning();
  take(m_reader.push(generated.token), delta);
  const bool isReasoning = wasInside || m_reader.isInsideReasoning();
  m_reasoningTokens += isReasoning ? 1 : 0;
  if (!isReasoning && !isStopped() && generated.logProbs)
    delta.rankedTokens.push_back({generated.token, *generated.logProbs});
  return delta;
}

ReplyDelta ChoiceReader::finish() {
  ReplyDelta delta;
  if (!isStopped()) take(m_reader.finish(), delta);
  takeAnswer(m_tools.push(m_stops.finish()), delta);
  takeAnswer(m_tools.finish(), delta);
  return delta;
}

void ChoiceReader::take(ReasoningPiece piece, ReplyDelta& delta) {
  delta.reasoning += piece.reasoning;
  if (!piece.answer.empty()) takeAnswer(m_tools.push(m_stops.push(piece.answer)), delta);
}

void ChoiceReader::takeAnswer(ToolCallPiece piece, ReplyDelta& delta) {
  delta.answer += piece.text;
  m_hasCalled = m_hasCalled || !piece.calls.empty();
  std::move(piece.calls.begin(), piece.calls.end(), std::back_inserter(delta.toolCalls));
}

}  // namespace zipage
