// What a client asks of the engine, by value.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/ids.h"
#include "engine/cache/compression_settings.h"
#include "engine/cache/memory_policy.h"
#include "engine/text/reasoning_parser.h"
#include "engine/text/tokenizer.h"

namespace zipage {

struct SamplingParams {
  float temperature = 0.6F;  // 0: greedy
  float topP = 0.95F;
  float minP = 0.0F;
  int topK = 20;  // 0: off
  float repetitionPenalty = 1.0F;
  std::uint64_t seed = 0;
};

/// What a reply's reasoning looks like, and how it is ended before the model ends it itself.
struct ReasoningRules {
  std::shared_ptr<const Tokenizer> tokenizer;  // null: nothing is known, and nothing is ended
  ReasoningMarks marks;
  bool startsInside = false;    // the open mark is in the prompt
  std::vector<TokenId> ending;  // written to end it; holds the close mark
  int budgetTokens = 0;         // after so many tokens of reasoning it is ended; 0: never
};

struct Request {
  OwnerId owner;                // the chat it works for
  std::vector<TokenId> prompt;  // at least one token
  int maxNewTokens = 4096;
  std::vector<TokenId> endTokens;  // any of them ends the reply and is not part of it
  bool ignoreEnd = false;          // go on to maxNewTokens whatever is drawn
  SamplingParams sampling;
  int numTopLogProbs =
      -1;  // told with each token: how likely it was, and so many of the likeliest; −1: neither
  MemoryPolicy policy = MemoryPolicy::Budget;
  CompressionSettings compression;
  ReasoningRules reasoning;
};

}  // namespace zipage
