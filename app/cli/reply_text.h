// The text of one reply as its tokens come: decoded, and split into reasoning and answer.
#pragma once

#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/text/reasoning_parser.h"
#include "engine/text/stream_decoder.h"

namespace zipage {

class ReplyText {
 public:
  /// `tokenizer` outlives this.
  ReplyText(const Tokenizer& tokenizer, ReasoningMarks marks, bool startsInsideReasoning)
      : m_decoder(tokenizer), m_parser(std::move(marks), startsInsideReasoning) {}

  /// What these tokens add. Everything that was added is kept as well.
  ReasoningPiece push(const std::vector<TokenId>& tokens);
  ReasoningPiece finish();

  const std::string& reasoning() const { return m_whole.reasoning; }
  const std::string& answer() const { return m_whole.answer; }

 private:
  void keep(const ReasoningPiece& piece);

  StreamDecoder m_decoder;
  ReasoningParser m_parser;
  ReasoningPiece m_whole;
};

}  // namespace zipage
