#include "app/templates/prompt_renderer.h"

#include <utility>

#include "app/templates/control_text.h"
#include "app/templates/text_markers.h"
#include "engine/base/check.h"
#include "engine/text/model_bundle.h"

namespace zipage {

namespace {

constexpr std::string_view kChatMl =
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor "
    "%}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/// The texts of a conversation in the order of their stand-ins: text and reasoning of each turn.
std::vector<std::string> textsOf(const std::vector<ConversationTurn>& turns) {
  std::vector<std::string> texts;
  for (const ConversationTurn& turn : turns) {
    texts.push_back(turn.text);
    texts.push_back(turn.reasoning);
  }
  return texts;
}

/// The same conversation with other texts. An empty text stays empty: templates ask whether there is one.
std::vector<ConversationTurn> withTexts(
    std::vector<ConversationTurn> turns,
    const std::function<std::string(int index, const std::string& text)>& other) {
  int index = 0;
  for (ConversationTurn& turn : turns) {
    for (std::string* text : {&turn.text, &turn.reasoning}) {
      if (!text->empty()) *text = other(index, *text);
      ++index;
    }
  }
  return turns;
}

bool startsWithSystem(const std::vector<ConversationTurn>& turns) {
  return !turns.empty() && turns.front().role == TurnRole::System && !turns.front().text.empty();
}

/// For templates that refuse a system turn or two turns of one role in a row: the system text goes before the
/// first question, and neighbours of one role become one turn.
std::vector<ConversationTurn> mergeTurns(const std::vector<ConversationTurn>& turns) {
  std::vector<ConversationTurn> merged;
  for (ConversationTurn turn : turns) {
    if (turn.role == TurnRole::System) turn.role = TurnRole::User;
    const bool isCall = turn.role == TurnRole::Tool || !turn.toolCalls.empty();
    if (merged.empty() || merged.back().role != turn.role || isCall) {
      merged.push_back(std::move(turn));
      continue;
    }
    merged.back().text += "\n\n" + turn.text;
    merged.back().reasoning += turn.reasoning;
  }
  return merged;
}

bool shows(const std::vector<RenderedPiece>& pieces, int index) {
  for (const RenderedPiece& piece : pieces) {
    if (piece.index == index) return true;
  }
  return false;
}

std::string trimmedRight(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  return text;
}

/// ErrorCode::NotFound: the template leaves the system text out without a word.
tl::unexpected<Error> systemTextIsDropped() {
  return failure(ErrorCode::NotFound, "the template leaves the system text out");
}

/// A call's arguments as what they say, which templates print; text that is no JSON stays a text.
TemplateContext argumentsOf(const ToolCall& call) {
  TemplateContext parsed = TemplateContext::parse(call.arguments, nullptr, false);
  return parsed.is_discarded() ? TemplateContext(call.arguments) : parsed;
}

TemplateContext messageOf(const ConversationTurn& turn) {
  TemplateContext message = {{"role", roleName(turn.role)}, {"content", turn.text}};
  if (!turn.reasoning.empty()) message["reasoning_content"] = turn.reasoning;
  if (!turn.toolName.empty()) message["name"] = turn.toolName;
  for (const ToolCall& call : turn.toolCalls) {
    message["tool_calls"].push_back(
        {{"type", "function"}, {"function", {{"name", call.name}, {"arguments", argumentsOf(call)}}}});
  }
  return message;
}

/// Whether the first tool's name stands anywhere in the prompt.
bool showsTools(const RenderedPrompt& prompt, const TemplateContext& tools) {
  const auto& function = tools.front().contains("function") ? tools.front()["function"] : tools.front();
  return prompt.text().find(function.value("name", std::string())) != std::string::npos;
}

}  // namespace

const char* roleName(TurnRole role) {
  switch (role) {
    case TurnRole::System:
      return "system";
    case TurnRole::User:
      return "user";
    case TurnRole::Tool:
      return "tool";
    case TurnRole::Assistant:
      break;
  }
  return "assistant";
}

std::string RenderedPrompt::text() const {
  std::string whole;
  for (const PromptSegment& segment : segments) whole += segment.text;
  return whole;
}

std::unique_ptr<PromptRenderer> PromptRenderer::create(TemplateSource source) {
  std::unique_ptr<PromptRenderer> renderer(new PromptRenderer(std::move(source)));
  const std::string& jinja = renderer->m_source.jinja;
  auto parsed = jinja.empty() ? failure(ErrorCode::NotFound, "it brings none") : ChatTemplate::parse(jinja);
  if (!parsed) {
    renderer->m_fallbackReason = parsed.error().message;
    parsed = ChatTemplate::parse(kChatMl);
    ZIPAGE_CHECK(parsed, "the built-in template is well-formed");
  }
  renderer->m_template = std::move(*parsed);
  return renderer;
}

std::unique_ptr<PromptRenderer> PromptRenderer::create(const ModelBundle& model) {
  TemplateSource source;
  source.jinja = model.chatTemplate;
  source.marks = model.reasoningMarks;
  const std::shared_ptr<const Tokenizer> tokenizer = model.tokenizer;
  const auto textOf = [&](TokenId token) {
    return token < 0 ? std::string() : tokenizer->pieceBytes(token, true);
  };
  source.beginOfText = textOf(tokenizer->beginOfText());
  if (!tokenizer->endTokens().empty()) source.endOfText = textOf(tokenizer->endTokens().front());
  source.isTokenText = [tokenizer](std::string_view text) { return tokenizer->tokenOf(text) >= 0; };
  return create(std::move(source));
}

/// The same JSON, in which no text can be taken for a control token.
TemplateContext PromptRenderer::harmless(TemplateContext json) const {
  if (json.is_string()) return breakControlText(json.get<std::string>(), m_source.isTokenText);
  if (json.is_object()) {
    TemplateContext object = TemplateContext::object();
    for (auto& [key, value] : json.items())
      object[breakControlText(key, m_source.isTokenText)] = harmless(std::move(value));
    return object;
  }
  if (json.is_array()) {
    for (auto& element : json) element = harmless(std::move(element));
  }
  return json;
}

TemplateContext PromptRenderer::contextOf(const Texts& turns, const PromptSetting& setting) const {
  TemplateContext messages = TemplateContext::array();
  for (const ConversationTurn& turn : turns) {
    TemplateContext message = messageOf(turn);
    for (const char* name : {"tool_calls", "name"}) {
      if (message.contains(name)) message[name] = harmless(std::move(message[name]));
    }
    messages.push_back(std::move(message));
  }
  TemplateContext context = {{"messages", std::move(messages)},
                             {"bos_token", m_source.beginOfText},
                             {"eos_token", m_source.endOfText},
                             {"add_generation_prompt", true},
                             {"enable_thinking", setting.enableThinking}};
  if (!setting.tools.empty()) context["tools"] = harmless(setting.tools);
  return context;
}

Result<RenderedPrompt> PromptRenderer::render(const std::vector<ConversationTurn>& turns,
                                              const PromptSetting& setting) {
  bool merged = false;
  auto prompt = renderOnce(turns, setting);
  if (!prompt) {
    auto second = renderOnce(mergeTurns(turns), setting);
    if (!second) return prompt;
    prompt = std::move(second);
    merged = startsWithSystem(turns);
  }
  if (!setting.tools.empty() && !showsTools(*prompt, setting.tools))
    return failure(ErrorCode::Unsupported, "the model's chat template knows no tools");
  prompt->systemMerged = merged;
  finish(*prompt, setting.enableThinking);
  return prompt;
}

/// Renders stand-ins, then the texts themselves, and tells the second apart by the first.
Result<RenderedPrompt> PromptRenderer::renderOnce(const Texts& turns, const PromptSetting& setting) {
  const TextMarkers markers;
  const Texts standIns =
      withTexts(turns, [&](int index, const std::string&) { return markers.markerOf(index); });
  auto rendering = m_template->render(contextOf(standIns, setting));
  if (!rendering) return tl::unexpected(rendering.error());
  const std::vector<RenderedPiece> pieces = markers.split(*rendering);
  if (startsWithSystem(turns) && !shows(pieces, 0)) return systemTextIsDropped();

  auto direct = m_template->render(contextOf(turns, setting));
  if (!direct) return tl::unexpected(direct.error());
  auto segments = alignTexts(pieces, textsOf(turns), *direct);
  if (!segments) return renderBroken(turns, setting);
  RenderedPrompt prompt;
  prompt.segments = std::move(*segments);
  return prompt;
}

/// For templates that change what they are given, or decide by it: the texts go in as they are, but for what
/// could be taken for a control token.
Result<RenderedPrompt> PromptRenderer::renderBroken(const Texts& turns, const PromptSetting& setting) {
  RenderedPrompt prompt;
  const Texts harmless = withTexts(turns, [&](int, const std::string& text) {
    std::string broken = breakControlText(text, m_source.isTokenText);
    prompt.brokeControlText = prompt.brokeControlText || broken != text;
    return broken;
  });
  auto rendering = m_template->render(contextOf(harmless, setting));
  if (!rendering) return tl::unexpected(rendering.error());
  prompt.segments.push_back({std::move(*rendering), true});
  return prompt;
}

void PromptRenderer::finish(RenderedPrompt& prompt, bool enableThinking) const {
  const bool endsWithTemplate = !prompt.segments.empty() && prompt.segments.back().isTemplate;
  const bool opened = !m_source.marks.open.empty() && endsWithTemplate &&
                      trimmedRight(prompt.segments.back().text).ends_with(m_source.marks.open);
  prompt.startsInsideReasoning = opened && enableThinking;
  if (opened && !enableThinking) prompt.segments.back().text += "\n" + m_source.marks.close + "\n\n";

  prompt.usedFallback = !m_fallbackReason.empty();
  if (prompt.usedFallback) {
    prompt.notices.push_back("The model has no chat template that works (" + m_fallbackReason +
                             "); ChatML is used instead.");
  }
  if (prompt.systemMerged) {
    prompt.notices.emplace_back(
        "The model's template takes no system text; it was put before the first question.");
  }
  if (prompt.brokeControlText) {
    prompt.notices.emplace_back(
        "Text that looks like control tokens was made harmless with an invisible space.");
  }
}

}  // namespace zipage
