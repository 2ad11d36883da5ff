#include "app/cli/reply_text.h"

namespace zipage {

ReasoningPiece ReplyText::push(const std::vector<TokenId>& tokens) {
  std::string text;
  for (const TokenId token : tokens) text += m_decoder.push(token);
  ReasoningPiece piece = m_parser.push(text);
  keep(piece);
  return piece;
}

ReasoningPiece ReplyText::finish() {
  ReasoningPiece piece = m_parser.push(m_decoder.finish());
  const ReasoningPiece rest = m_parser.finish();
  piece.reasoning += rest.reasoning;
  piece.answer += rest.answer;
  keep(piece);
  return piece;
}

void ReplyText::keep(const ReasoningPiece& piece) {
  m_whole.reasoning += piece.reasoning;
  m_whole.answer += piece.answer;
}

}  // namespace zipage
