// A prompt that ends inside a reply which was begun: what the model wrote so far follows the rendered
// conversation, so that it writes on.
#pragma once

#include <string>

#include "app/templates/prompt_renderer.h"

namespace zipage {

struct BegunReply {
  std::string reasoning;
  std::string text;
  bool isEmpty() const { return reasoning.empty() && text.empty(); }
};

/// Appends the reply to a prompt that asks for one. Its texts are a model's, so control tokens are not
/// recognised in them; the marks between them are the template's. Afterwards `startsInsideReasoning` tells
/// where the model goes on: in the reasoning while there is no text after it.
void appendBegunReply(RenderedPrompt& prompt, const BegunReply& reply, const ReasoningMarks& marks);

}  // namespace zipage
