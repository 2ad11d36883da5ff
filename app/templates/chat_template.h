// A model's Jinja chat template: parsed once, rendered as often as needed, by the bundled jinja library in a
// script engine of its own. A template is untrusted input: it can reach nothing but what it is given, and it
// is stopped when it takes longer than the limit.
//
// Thread promise: used by the thread that made it. Needs a QCoreApplication.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "engine/base/result.h"

namespace zipage {

/// What a template sees. Ordered, since templates print parts of it as JSON.
using TemplateContext = nlohmann::ordered_json;

class ChatTemplate {
 public:
  static constexpr std::chrono::milliseconds kDefaultLimit{5000};

  /// Parses `source`, which takes up to 2 s for the largest templates there are. `limit` is for this and for
  /// each rendering. InvalidFile: the template is malformed, with the place.
  static Result<std::unique_ptr<ChatTemplate>> parse(std::string_view source,
                                                     std::chrono::milliseconds limit = kDefaultLimit);
  ~ChatTemplate();
  ChatTemplate(const ChatTemplate&) = delete;
  ChatTemplate& operator=(const ChatTemplate&) = delete;

  /// Renders with messages, bos_token, eos_token, add_generation_prompt, enable_thinking and whatever else
  /// `context` holds; `tools` and `documents` are null and strftime_now is there unless it says otherwise.
  /// Text that is not UTF-8 is replaced. Unsupported: the template refuses, with the words of its
  /// raise_exception. InvalidFile: it took too long.
  Result<std::string> render(const TemplateContext& context);

 private:
  struct State;
  explicit ChatTemplate(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

}  // namespace zipage
