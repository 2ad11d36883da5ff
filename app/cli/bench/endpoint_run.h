// A load of requests against an HTTP endpoint of the OpenAI API's form, ours or another: each streamed on a
// connection of its own, the times of all its chunks kept.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/bench/serve_load.h"
#include "app/cli/bench/serve_run.h"
#include "engine/base/result.h"

namespace zipage {

struct EndpointOptions {
  std::string url;     // "http://127.0.0.1:7979/v1"
  std::string key;     // empty: none
  std::string model;   // empty: the first that it lists
  std::string policy;  // as kv_policy, which others ignore; empty: not sent
  std::optional<int> budgetTokens;
  std::optional<int> periodTokens;
  Duration limit{};  // the run is cut then; zero: never
  std::function<bool()> isInterrupted;
};

struct EndpointResult {
  double seconds = 0.0;
  bool isCut = false;
  int finished = 0;
  int failed = 0;
  std::string firstFailure;
  std::int64_t promptTokens = 0;     // by the endpoint's own count; 0: it does not say
  std::int64_t cachedTokens = 0;     // of them
  std::int64_t generatedTokens = 0;  // by its own count, else chunks
  bool countsTokens = false;         // it says how many
  LatencyFigures firstToken;         // since the request came
  LatencyFigures nextToken;          // between two chunks of a reply
  LatencyFigures reply;

  double tokensPerSecond() const {
    return seconds > 0.0 ? static_cast<double>(generatedTokens) / seconds : 0.0;
  }
};

/// Ids of the models that the endpoint lists, or why it cannot be asked.
Result<std::vector<std::string>> listModels(const EndpointOptions& options);

/// Runs the load; requests that fail are counted, not repeated.
EndpointResult runEndpoint(const EndpointOptions& options, const std::vector<ServeRequest>& load);

}  // namespace zipage
