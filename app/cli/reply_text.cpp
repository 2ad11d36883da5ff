#include "app/cli/reply_text.h"

namespace zipage {

ReasoningPiece ReplyText::push(const std::vector<TokenId>& tokens) {
  ReasoningPiece piece;
  for (const TokenId token : tokens) {
    const ReasoningPiece part = m_reader.push(token);
    piece.reasoning += part.reasoning;
    piece.answer += part.answer;
  }
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
