// One policy under a load, on an engine of its own: submits each request when its time has come, steps, and
// keeps the times of all tokens.
#pragma once

#include <functional>
#include <vector>

#include "app/cli/bench/serve_load.h"
#include "app/cli/bench/step_watch.h"
#include "engine/runtime/engine.h"

namespace zipage {

/// Of a number of times, in seconds. All zero where there were none.
struct LatencyFigures {
  std::size_t count = 0;
  double mean = 0.0;
  double p50 = 0.0;
  double p95 = 0.0;
  double p99 = 0.0;
  double most = 0.0;
};
LatencyFigures latencyFigures(std::vector<double> seconds);

struct ServeResult {
  double seconds = 0.0;      // from the start to the last token, or to the cut
  double idleSeconds = 0.0;  // of them, waiting for the next request to come
  bool isCut = false;        // the time was over before the requests were
  int finished = 0;          // requests that came to their length
  int exhausted = 0;         // that ended early, alone in a pool too small for them
  // The stretch in which the policy was in a steady state: after the warm-up, before requests ran out.
  double steadySeconds = 0.0;
  std::int64_t steadyTokens = 0;
  LatencyFigures firstToken;  // since the request came
  LatencyFigures nextToken;   // between two tokens of a reply
  double compressionSeconds = 0.0;
  StepCounts counts;
  EngineMetrics metrics;

  /// Generated tokens; what was recomputed after a preemption is not counted again.
  double tokensPerSecond() const;
  double busySeconds() const { return seconds - idleSeconds; }
  double meanBatch() const;
};

struct ServeTimes {
  Duration limit{};   // the run is cut then; zero: never
  Duration warmUp{};  // the steady state begins then
  const Clock* clock = nullptr;
  std::function<void(Duration)> sleepUntil;  // a time of the clock
  std::function<bool()> isInterrupted;       // ends the run early
};

/// `requests` are those of the load, in the same order. An error: a request was refused or failed.
Result<ServeResult> runServe(const EngineLimits& limits, StepWatch& runner,
                             const std::vector<ServeRequest>& load, const std::vector<Request>& requests,
                             const ServeTimes& times);

}  // namespace zipage
