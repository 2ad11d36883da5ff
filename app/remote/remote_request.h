// What is asked of an engine elsewhere, as the OpenAI API writes it.
#pragma once

#include <string>
#include <vector>

#include "app/common/request_settings.h"
#include "app/templates/prompt_renderer.h"
#include "app/templates/reply_continuation.h"

namespace zipage {

struct RemoteQuestion {
  std::string model;
  std::vector<ConversationTurn> turns;
  BegunReply begun;  // what it is to go on with; empty: a new reply
  bool enableThinking = true;
  RequestSettings settings;
  std::vector<std::string> stops;
  bool isZipage = false;  // then it knows what a policy is
};

/// The body of a streamed chat request. What only some servers know (top_k, min_p, the template's arguments,
/// going on with a reply) goes in the fields of vLLM and llama.cpp, and only where it asks for something.
std::string remoteBody(const RemoteQuestion& question);

}  // namespace zipage
