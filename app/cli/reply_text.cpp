#include "app/cli/reply_text.h"

namespace zipage {

ReasoningPiece ReplyText::push(TokenId token) {
  ReasoningPiece piece = m_reader.push(token);
  keep(piece);
  return piece;
}

ReasoningPiece ReplyText::finish() {
  ReasoningPiece piece = m_reader.finish();
  keep(piece);
  return piece;
}

void ReplyText::keep(const ReasoningPiece& piece) {
  m_whole.reasoning += piece.reasoning;
  m_whole.answer += piece.answer;
}

}  // namespace zipage
