#include "engine/text/reply_reader.h"

namespace zipage {

ReasoningPiece ReplyReader::finish() {
  ReasoningPiece piece = m_parser.push(m_decoder.finish());
  const ReasoningPiece rest = m_parser.finish();
  piece.reasoning += rest.reasoning;
  piece.answer += rest.answer;
  return piece;
}

}  // namespace zipage
