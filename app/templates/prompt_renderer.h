// Turns a conversation into the prompt of one model, by the model's own chat template, as segments that say
// which text is the template's (control tokens are recognised in it) and which a person or a model wrote
// (they are not).
//
// Thread promise: used by the thread that made it. Needs a QCoreApplication.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/templates/chat_template.h"
#include "engine/base/result.h"
#include "engine/text/prompt_encoder.h"
#include "engine/text/reasoning_parser.h"
#include "engine/text/tool_call_reader.h"

namespace zipage {

struct ModelBundle;

enum class TurnRole { System, User, Assistant, Tool };
/// As templates and the OpenAI API call it.
const char* roleName(TurnRole role);

struct ConversationTurn {
  TurnRole role = TurnRole::User;
  std::string text;
  std::string reasoning;                 // of an assistant turn; most templates leave it out of later prompts
  std::vector<ToolCall> toolCalls = {};  // of an assistant turn
  std::string toolName = {};             // of a tool's turn: what was called
};

/// What surrounds the turns.
struct PromptSetting {
  bool enableThinking = true;
  TemplateContext tools = nullptr;  // an array in the form of the OpenAI API; null: none
};

/// What a renderer needs to know of a model.
struct TemplateSource {
  std::string jinja;  // empty: ChatML
  std::string beginOfText;
  std::string endOfText;
  ReasoningMarks marks;
  /// Whether exactly this text is a token of the vocabulary; absent: everything that looks like one is taken
  /// for one.
  std::function<bool(std::string_view)> isTokenText;
};

struct RenderedPrompt {
  std::vector<PromptSegment> segments;
  bool startsInsideReasoning = false;  // the reply begins as reasoning: the open mark is in the prompt
  bool systemMerged =
      false;  // the template has no place for a system text; it stands before the first question
  bool usedFallback = false;         // no usable template: ChatML
  bool brokeControlText = false;     // text that looks like control tokens got an invisible space
  std::vector<std::string> notices;  // the above, for people

  /// The whole prompt as the model will read it.
  std::string text() const;
};

class PromptRenderer {
 public:
  /// Parses the template; one that is absent or malformed is replaced by ChatML, and every rendering says so.
  static std::unique_ptr<PromptRenderer> create(TemplateSource source);
  static std::unique_ptr<PromptRenderer> create(const ModelBundle& model);

  /// The prompt that asks for the next assistant turn. `enableThinking` reaches templates that know it; where
  /// a template opens the reasoning whatever it is told, the reasoning is closed again. In the texts of tools
  /// and of calls, which templates print as JSON, control tokens are always broken. Unsupported: the template
  /// refuses the conversation, in its own words, or leaves the tools out.
  Result<RenderedPrompt> render(const std::vector<ConversationTurn>& turns,
                                const PromptSetting& setting = {});
  Result<RenderedPrompt> render(const std::vector<ConversationTurn>& turns, bool enableThinking) {
    return render(turns, PromptSetting{enableThinking, nullptr});
  }

 private:
  explicit PromptRenderer(TemplateSource source) : m_source(std::move(source)) {}

  using Texts = std::vector<ConversationTurn>;
  TemplateContext contextOf(const Texts& turns, const PromptSetting& setting) const;
  TemplateContext harmless(TemplateContext json) const;
  Result<RenderedPrompt> renderOnce(const Texts& turns, const PromptSetting& setting);
  Result<RenderedPrompt> renderBroken(const Texts& turns, const PromptSetting& setting);
  void finish(RenderedPrompt& prompt, bool enableThinking) const;

  TemplateSource m_source;
  std::unique_ptr<ChatTemplate> m_template;
  std::string m_fallbackReason;  // empty: the model's own template
};

}  // namespace zipage
