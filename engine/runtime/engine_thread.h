// Runs an Engine on a thread of its own. Callers post commands and never wait; events come to a sink on the
// engine's thread, which must return quickly (it appends to a queue and wakes somebody).
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/runtime/engine.h"

namespace zipage {

/// What one turn of the loop reports. Snapshot and metrics are absent (null, unchanged) when nobody watches
/// or nothing moved.
struct EngineReport {
  std::vector<EngineEvent> events;
  std::shared_ptr<const CacheSnapshot> snapshot;
  EngineMetrics metrics;
  Duration at{};  // of the engine's clock
};

class EngineThread {
 public:
  using Sink = std::function<void(EngineReport)>;
  /// Builds the engine on its thread; runner and clock live as long as what it returns.
  struct Parts {
    std::unique_ptr<ModelRunner> runner;
    std::unique_ptr<Clock> clock;
    EngineLimits limits;
    std::unique_ptr<PrefixStorage> storage = nullptr;  // null: prefixes end with the pool
  };

  EngineThread(Parts parts, Sink sink);
  /// Cancels everything, delivers the last events, hands the storage what is left to keep, joins.
  ~EngineThread();

  /// The id under which events will speak of the request. A request that cannot be served comes back as
  /// RequestFinished{Failed} with the reason.
  RequestId submit(Request request);
  /// As many replies to one prompt, which is read once; their seeds follow one another from the request's.
  /// None for a number below 1. Where they cannot be served, each comes back as Failed.
  std::vector<RequestId> submitSamples(Request request, int numSamples);
  void cancel(RequestId request);
  /// See Engine::compressNow().
  void compressNow(RequestId request);
  /// See Engine::pin(); PinsChanged says what came of it.
  void pin(RequestId request, std::vector<std::int32_t> tokens);
  /// See Engine::endReasoning().
  void endReasoning(RequestId request);
  /// While it is true, snapshots say of this request which tokens are held and why.
  void watch(RequestId request, bool isWatched);
  /// Snapshots are taken at most every `interval` while there are watchers; zero turns them off.
  void setSnapshotInterval(Duration interval);

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace zipage
