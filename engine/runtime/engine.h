// The inference engine: requests in, events out, one step at a time. It knows no threads, no clock but the
// one it is given, no Qt and no database. One thread calls it; EngineThread is the usual one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/cache/cache_snapshot.h"
#include "engine/cache/prefix_storage.h"
#include "engine/runtime/engine_event.h"
#include "engine/runtime/metrics.h"
#include "engine/runtime/model_runner.h"
#include "engine/schedule/admission_mode.h"
#include "engine/schedule/request.h"

namespace zipage {

/// The pool and limits of an engine; fixed for its life.
struct EngineLimits {
  int pageTokens = 32;
  int numPages = 0;
  int numQuerySlots = 0;
  int windowTokens = 16;
  int maxBatchTokens = 512;  // tokens a step, decodes first
  int maxSequences = 64;     // sequences a step
  Duration stepTime{};       // prompts are read in steps of about this; 0: however long maxBatchTokens take
  double watermark = 0.02;   // share of pages kept free when admitting
  AdmissionMode admission = AdmissionMode::Hybrid;
  bool sharesPrefixes = true;     // full pages of equal beginnings are computed once
  std::uint64_t prefixSalt = 0;   // of model, tokenizer and KV type
  bool compressesBeside = false;  // compressions run beside the steps of the others
  bool runsAhead = false;         // decode steps begin before it is known what the last one drew
  bool checksBooks = false;  // stops when an invariant is broken after a step; takes longer than a small step
  bool recordsScores = false;  // of every compression, not only of those of watched requests
  std::int64_t bytesPerPage = 0;
  int contextLength = 0;         // logical positions the model has; 0: no limit
  int vocabularySize = 0;        // token ids lie below it; 0: not checked
  int maxCompressedEntries = 0;  // entries one compression may see; 0: no limit
};

class Engine {
 public:
  /// `runner`, `clock` and `storage` outlive the engine; without a storage prefixes end with the pool.
  Engine(const EngineLimits& limits, ModelRunner& runner, const Clock& clock,
         PrefixStorage* storage = nullptr);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Takes the request, or says why it can never be served: empty prompt, prompt longer than the pool under
  /// `full`, a budget that cannot work, a device that is lost. The id appears in every later event.
  Result<RequestId> submit(Request request);
  /// As many replies to one prompt, which is read once; their seeds follow one another from the request's.
  Result<std::vector<RequestId>> submitSamples(Request request, int numSamples);
  /// The same under ids of the caller's, one for each sample, which no other request has had.
  Result<void> submitAs(Request request, std::span<const RequestId> ids);
  /// Ends a request in any state; its RequestFinished comes with the next step. Unknown ids are ignored.
  void cancel(RequestId request);
  void cancelAll();
  /// Writes the ending of its reasoning (ReasoningRules) into a reply that is thinking, or as soon as it
  /// begins to, and lets it go on from there. Ignored where the answer has begun, for requests without rules
  /// and for unknown ids.
  void endReasoning(RequestId request);
  /// Requests in progress, or something that they left and that is still to be stored.
  bool hasWork() const;
  /// Ends one forward pass at most, compressions that are due included. Events in order of happening; they
  /// stay until the next step, and whoever wants may move them.
  std::span<EngineEvent> step();

  const EngineLimits& limits() const;
  EngineMetrics metrics() const;
  /// Compresses a sequence that holds more than its budget before that is due: as soon as its query window is
  /// complete and the pages for it are free; nobody gives way for it. No effect on one that keeps everything,
  /// or that holds no more than its budget when it runs next. Unknown ids are ignored.
  void compressNow(RequestId request);
  /// From now on these tokens of its text stay wherever they are still held; those before are let go of. They
  /// count against the budget: InvalidArgument when they leave no page to choose for. NotFound: no such
  /// request.
  Result<void> pin(RequestId request, std::vector<std::int32_t> tokens);
  /// From the next compression on, and while it is true, snapshots say of this request which tokens are held
  /// and why. Unknown ids are ignored.
  void watch(RequestId request, bool isWatched);
  std::shared_ptr<const CacheSnapshot> snapshot() const;
  /// An empty text, or which of the invariants of ARCHITECTURE.md does not hold. For tests.
  std::string brokenInvariant() const;

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace zipage
