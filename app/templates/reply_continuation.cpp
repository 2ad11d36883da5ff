#include "app/templates/reply_continuation.h"

namespace zipage {

void appendBegunReply(RenderedPrompt& prompt, const BegunReply& reply, const ReasoningMarks& marks) {
  const bool hasMarks = !marks.open.empty() && !marks.close.empty();
  const auto add = [&](const std::string& text, bool isTemplate) {
    if (!text.empty()) prompt.segments.push_back({text, isTemplate});
  };
  if (hasMarks && !reply.reasoning.empty() && !prompt.startsInsideReasoning) {
    add(marks.open + "\n", true);
    prompt.startsInsideReasoning = true;
  }
  if (hasMarks) add(reply.reasoning, false);
  if (reply.text.empty()) return;
  if (prompt.startsInsideReasoning) add("\n" + marks.close + "\n\n", true);
  add(reply.text, false);
  prompt.startsInsideReasoning = false;
}

}  // namespace zipage
