// Splits a streamed reply into reasoning and answer by the model's own marks, such as <think> and </think>.
// A mark may be one token or several, and may arrive split over pushes of text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zipage {

struct ReasoningMarks {
  std::string open = "<think>";
  std::string close = "</think>";
};

/// The marks of the model families there are; the first are the default.
const std::vector<ReasoningMarks>& knownReasoningMarks();

struct ReasoningPiece {
  std::string reasoning;
  std::string answer;
};

class ReasoningParser {
 public:
  /// `startsInside`: the prompt already ends with the open mark, so the reply begins as reasoning.
  /// `continues`: it goes on where a text broke off, so line ends at its beginning belong to it.
  explicit ReasoningParser(ReasoningMarks marks = {}, bool startsInside = false, bool continues = false)
      : m_marks(std::move(marks)),
        m_inside(startsInside),
        m_wasInside(startsInside),
        m_skipLineEnds(!continues) {}

  /// What this text adds to the reasoning and to the answer. Marks themselves, and the line ends that follow
  /// a mark or begin the reply, belong to neither; nor does a close mark after reasoning that has ended.
  ReasoningPiece push(std::string_view text);
  /// Releases text that was held back because it could have been the start of a mark.
  ReasoningPiece finish();
  bool isInsideReasoning() const { return m_inside; }

 private:
  ReasoningPiece take(bool isEnd);
  void give(std::string_view text, ReasoningPiece& piece);

  ReasoningMarks m_marks;
  std::string m_pending;  // could be the start of a mark
  bool m_inside = false;
  bool m_wasInside = false;  // at any time
  bool m_skipLineEnds = true;
};

}  // namespace zipage
