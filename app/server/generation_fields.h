// The fields of a request that say how its replies are generated: the same for chats and plain completions.
#pragma once

#include <string>
#include <vector>

#include "app/common/request_settings.h"
#include "app/server/json_fields.h"

namespace zipage {

struct GenerationOptions {
  RequestSettings settings;
  int numChoices = 1;
  std::vector<std::string> stops;
  int numTopLogProbs = -1;  // see Request::numTopLogProbs
  bool streams = false;
  bool includesUsage = false;  // in a stream, as its last chunk
  bool enableThinking = true;
};

/// What every reply is bounded by.
struct GenerationLimits {
  int maxNewTokens = 32768;  // of one reply, and what a request gets that does not say
  int maxChoices = 16;
};

/// `defaults`: what holds where the request is silent. A field that this engine cannot honour and that asks
/// for something (logit_bias, penalties of presence, a schema) is refused, not ignored; fields it does not
/// know are ignored.
GenerationOptions readGeneration(JsonFields& fields, const RequestSettings& defaults,
                                 const GenerationLimits& limits);

}  // namespace zipage
