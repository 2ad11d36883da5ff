// One reply as its client reads it: tokens decoded, reasoning told from the answer, the answer ended at a
// stop text, calls of tools taken out of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/runtime/engine_event.h"
#include "engine/text/reply_reader.h"
#include "engine/text/stop_strings.h"
#include "engine/text/tool_call_reader.h"

namespace zipage {

/// A token of the answer, and how likely it was.
struct RankedToken {
  TokenId token = 0;
  TokenLogProbs logProbs;
};

struct ReplyDelta {
  std::string reasoning;
  std::string answer;
  std::vector<ToolCall> toolCalls;
  std::vector<RankedToken> rankedTokens;

  bool isEmpty() const {
    return reasoning.empty() && answer.empty() && toolCalls.empty() && rankedTokens.empty();
  }
  void append(ReplyDelta other);
};

/// What may be in a reply.
struct ReplyForm {
  std::shared_ptr<const Tokenizer> tokenizer;
  ReasoningMarks marks;  // empty: all of it is the answer
  bool startsInsideReasoning = false;
  bool continues = false;  // line ends at its beginning belong to it
  std::vector<std::string> stops;
  std::vector<std::string> toolNames;
};

class ChoiceReader {
 public:
  explicit ChoiceReader(const ReplyForm& form);

  ReplyDelta push(const TokenGenerated& generated);
  /// What was held back, at the end.
  ReplyDelta finish();
  /// A stop text has come: nothing after it belongs to the reply.
  bool isStopped() const { return !m_stops.found().empty(); }
  bool hasCalled() const { return m_hasCalled; }
  int reasoningTokens() const { return m_reasoningTokens; }

 private:
  void take(ReasoningPiece piece, ReplyDelta& delta);
  void takeAnswer(ToolCallPiece piece, ReplyDelta& delta);

  ReplyReader m_reader;
  StopStrings m_stops;
  ToolCallReader m_tools;
  bool m_hasCalled = false;
  int m_reasoningTokens = 0;
};

}  // namespace zipage
