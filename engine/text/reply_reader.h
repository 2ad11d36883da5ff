// Reads one reply as its tokens come: decoded, and split into reasoning and answer.
#pragma once

#include <memory>
#include <utility>

#include "engine/base/ids.h"
#include "engine/text/reasoning_parser.h"
#include "engine/text/stream_decoder.h"

namespace zipage {

class ReplyReader {
 public:
  ReplyReader(std::shared_ptr<const Tokenizer> tokenizer, ReasoningMarks marks, bool startsInsideReasoning,
              bool continues = false)
      : m_tokenizer(std::move(tokenizer)),
        m_decoder(*m_tokenizer),
        m_parser(std::move(marks), startsInsideReasoning, continues) {}

  /// What this token adds.
  ReasoningPiece push(TokenId token) { return m_parser.push(m_decoder.push(token)); }
  /// What was held back, at the end.
  ReasoningPiece finish();
  bool isInsideReasoning() const { return m_parser.isInsideReasoning(); }

 private:
  std::shared_ptr<const Tokenizer> m_tokenizer;
  StreamDecoder m_decoder;
  ReasoningParser m_parser;
};

}  // namespace zipage
