// What a client asks of the engine, by value.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/ids.h"
#include "engine/cache/compression_settings.h"
#include "engine/cache/memory_policy.h"

namespace zipage {

struct SamplingParams {
  float temperature = 0.6F;  // 0: greedy
  float topP = 0.95F;
  float minP = 0.0F;
  int topK = 20;  // 0: off
  float repetitionPenalty = 1.0F;
  std::uint64_t seed = 0;
};

struct Request {
  OwnerId owner;                // the chat it works for
  std::vector<TokenId> prompt;  // at least one token
  int maxNewTokens = 4096;
  std::vector<TokenId> endTokens;  // any of them ends the reply and is not part of it
  bool ignoreEnd = false;          // go on to maxNewTokens whatever is drawn
  SamplingParams sampling;
  MemoryPolicy policy = MemoryPolicy::Budget;
  CompressionSettings compression;
};

}  // namespace zipage
