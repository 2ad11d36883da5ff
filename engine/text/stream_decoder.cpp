#include "engine/text/stream_decoder.h"

#include "engine/text/utf8.h"

namespace zipage {

std::string StreamDecoder::push(TokenId token) {
  m_pending += m_tokenizer.pieceBytes(token);
  return takeValidUtf8(m_pending, false);
}

std::string StreamDecoder::finish() { return takeValidUtf8(m_pending, true); }

}  // namespace zipage
