// Follows the tokens of a reply through its reasoning, for replies whose reasoning may be cut short.
#pragma once

#include "engine/schedule/request.h"
#include "engine/text/reply_reader.h"

namespace zipage {

class ReasoningWatch {
 public:
  /// REQUIRES: rules.tokenizer
  explicit ReasoningWatch(const ReasoningRules& rules)
      : m_budget(rules.budgetTokens), m_reader(rules.tokenizer, rules.marks, rules.startsInside) {}

  void add(TokenId token) {
    m_numTokens += m_reader.isInsideReasoning() ? 1 : 0;
    m_reader.push(token);
  }
  /// From now on the reasoning is to end, as soon as there is any.
  void wantEnd() { m_isEndWanted = true; }
  bool mustEnd() const {
    const bool isSpent = m_budget > 0 && m_numTokens >= m_budget;
    return m_reader.isInsideReasoning() && (m_isEndWanted || isSpent);
  }
  /// Whether mustEnd() may be true after another token, whichever.
  bool mayHaveToEnd() const { return m_isEndWanted || (m_budget > 0 && m_numTokens + 1 >= m_budget); }

 private:
  int m_budget;
  ReplyReader m_reader;
  int m_numTokens = 0;  // of reasoning
  bool m_isEndWanted = false;
};

}  // namespace zipage
