// The conversation and the tools of a chat request, as the prompt renderer takes them.
#pragma once

#include <string>
#include <vector>

#include "app/server/json_fields.h"
#include "app/templates/prompt_renderer.h"
#include "app/templates/reply_continuation.h"

namespace zipage {

struct ChatContent {
  std::vector<ConversationTurn> turns;
  BegunReply begun;  // "continue_final_message": the last message, which is not among the turns
  Json tools;        // an array; null: none
  std::vector<std::string> toolNames;
};

/// Texts may be texts or arrays of parts of type "text"; anything else that a message may hold elsewhere
/// (pictures, sound) is refused by name.
ApiResult<ChatContent> readChat(const Json& body);

}  // namespace zipage
