// The text of one reply, kept as its tokens come.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine/base/ids.h"
#include "engine/text/reply_reader.h"

namespace zipage {

class ReplyText {
 public:
  ReplyText(std::shared_ptr<const Tokenizer> tokenizer, ReasoningMarks marks, bool startsInsideReasoning)
      : m_reader(std::move(tokenizer), std::move(marks), startsInsideReasoning) {}

  /// What this token adds. Everything that was added is kept as well.
  ReasoningPiece push(TokenId token);
  ReasoningPiece finish();

  const std::string& reasoning() const { return m_whole.reasoning; }
  const std::string& answer() const { return m_whole.answer; }

 private:
  void keep(const ReasoningPiece& piece);

  ReplyReader m_reader;
  ReasoningPiece m_whole;
};

}  // namespace zipage
