// What a step of the engine did, by value, in the order in which it happened. Four things have four names:
// a page is reclaimed (it goes back to the pool), a token is evicted (at every layer and KV head one of its
// own), a prefix is dropped (a page loses its name), a request is preempted (it will be recomputed).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/base/ids.h"
#include "engine/cache/prefix_storage.h"
#include "engine/cache/sequence_record.h"
#include "kernels/op_arguments.h"

namespace zipage {

struct RequestStarted {
  RequestId request;
  int promptTokens = 0;
  int cachedTokens = 0;                       // of the prompt, found in shared pages or in storage
  int storedTokens = 0;                       // of them, those that came from storage
  Duration storageTime{};                     // that this took
  PrefixLoss storageLoss = PrefixLoss::None;  // why not more came of what was there
};

/// How likely the model found a token, before any temperature, penalty or filter. One that was written for it
/// (the ending of its reasoning) was certain, and nothing else was likely.
struct TokenLogProbs {
  float logProbability = 0.0F;        // natural logarithm
  std::vector<TokenProbability> top;  // the likeliest, largest first, as many as were asked for
};

struct TokenGenerated {
  RequestId request;
  TokenId token = 0;
  std::optional<TokenLogProbs> logProbs;  // none: nobody asked
};

struct SequenceCompressed {
  RequestId request;
  int entriesBefore = 0;
  int entriesAfter = 0;
  int tokensEvicted = 0;   // by each layer and KV head
  int pagesReclaimed = 0;  // beyond the fresh ones it took; pages that others go on holding are none
  Duration duration{};
  float cut = 0.0F;  // the smallest score that was kept, mean over layers and heads
  std::shared_ptr<const CompressionRecord> record;  // null: nobody asked for it
};

struct RequestPreempted {
  RequestId request;
  int tokensToRecompute = 0;
  int pagesReclaimed = 0;
};

/// Pages that held prefixes nobody ran on were handed out again.
struct PrefixDropped {
  std::int64_t pages = 0;
  RequestId request;  // none: it is about nobody
};

/// Its pages went to host memory, or came back from there.
struct SequenceSwapped {
  RequestId request;
  bool isOut = true;
  int pages = 0;           // copied
  int pagesReclaimed = 0;  // 0 on the way back
};

/// What somebody asked to be kept from eviction, or why it cannot be; see Engine::pin().
struct PinsChanged {
  RequestId request;
  int tokens = 0;
  std::optional<Error> refusal;  // then nothing has changed
};

enum class FinishReason : std::uint8_t { EndToken, Length, Cancelled, PoolExhausted, Failed };

struct RequestFinished {
  RequestId request;
  FinishReason reason = FinishReason::EndToken;
  Error error;  // meaningful for PoolExhausted and Failed
  int promptTokens = 0;
  int cachedTokens = 0;    // of the prompt, found in shared pages or in storage
  int storedTokens = 0;    // of them, those that came from storage
  Duration storageTime{};  // that this took
  int computedTokens = 0;  // of the prompt, read by the model; what was recomputed counts once
  int generatedTokens = 0;
  int compressions = 0;
  std::int64_t tokensEvicted = 0;
  int peakPages = 0;
  int pagesReclaimed = 0;  // at its end
  Duration timeToFirstToken{};
  Duration decodeTime{};  // from the first token to the last
};

using EngineEvent = std::variant<RequestStarted, TokenGenerated, SequenceCompressed, RequestPreempted,
                                 SequenceSwapped, PrefixDropped, PinsChanged, RequestFinished>;

}  // namespace zipage
