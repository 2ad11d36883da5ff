// Invariant: between calls m_pending is a proper prefix of a mark that is looked for next.
#include "engine/text/reasoning_parser.h"

#include <algorithm>

namespace zipage {

namespace {

/// How many bytes at the end of `text` could be the start of `mark`.
std::size_t startOfMark(std::string_view text, std::string_view mark) {
  std::size_t bytes = std::min(text.size(), mark.empty() ? 0 : mark.size() - 1);
  while (bytes > 0 && !mark.starts_with(text.substr(text.size() - bytes))) --bytes;
  return bytes;
}

}  // namespace

const std::vector<ReasoningMarks>& knownReasoningMarks() {
  static const std::vector<ReasoningMarks> marks = {
      {"<think>", "</think>"},                     // Qwen, DeepSeek and most others
      {"[THINK]", "[/THINK]"},                     // Magistral
      {"<seed:think>", "</seed:think>"},           // Seed-OSS
      {"<|START_THINKING|>", "<|END_THINKING|>"},  // Command A
      {"<reasoning>", "</reasoning>"},
      {"<thinking>", "</thinking>"},
      {"<thought>", "</thought>"},
  };
  return marks;
}

ReasoningPiece ReasoningParser::push(std::string_view text) {
  m_pending += text;
  return take(false);
}

ReasoningPiece ReasoningParser::finish() { return take(true); }

ReasoningPiece ReasoningParser::take(bool isEnd) {
  ReasoningPiece piece;
  std::string_view rest = m_pending;
  while (true) {
    const std::string& mark = m_inside ? m_marks.close : m_marks.open;
    const std::size_t at = mark.empty() ? std::string_view::npos : rest.find(mark);
    // Who was made to end its thinking may end it once more by itself.
    const bool skipsClose = !m_inside && m_wasInside && !m_marks.close.empty();
    const std::size_t again = skipsClose ? rest.find(m_marks.close) : std::string_view::npos;
    if (at == std::string_view::npos && again == std::string_view::npos) {
      const std::size_t most =
          std::max(startOfMark(rest, mark), skipsClose ? startOfMark(rest, m_marks.close) : 0);
      const std::size_t held = isEnd ? 0 : most;
      give(rest.substr(0, rest.size() - held), piece);
      m_pending.erase(0, m_pending.size() - held);
      return piece;
    }
    const bool isAgain = again < at;
    give(rest.substr(0, std::min(at, again)), piece);
    rest.remove_prefix(isAgain ? again + m_marks.close.size() : at + mark.size());
    if (!isAgain) m_inside = !m_inside;
    m_wasInside = m_wasInside || m_inside;
    m_skipLineEnds = true;
  }
}

void ReasoningParser::give(std::string_view text, ReasoningPiece& piece) {
  if (m_skipLineEnds) {
    text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
    m_skipLineEnds = text.empty();
  }
  (m_inside ? piece.reasoning : piece.answer) += text;
}

}  // namespace zipage
