// What an Engine is made of; see engine.h for what it promises.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "engine/cache/compressor.h"
#include "engine/cache/prefix_index.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/engine_books.h"
#include "engine/runtime/prefix_exchange.h"
#include "engine/runtime/rate_meter.h"
#include "engine/runtime/step_builder.h"
#include "engine/schedule/step_pace.h"

namespace zipage {

struct Engine::State final : PageRelief {
  /// A compression that runs beside the steps.
  struct InFlight {
    RequestId request;
    PlannedCompression planned;
    Duration start{};
  };

  /// A step that the device is given. Who has ended meanwhile is null.
  struct Step {
    std::vector<StepShare> shares;
    std::vector<Sequence*> sampled;  // in the order of the draws
    int numTokens = 0;
    Duration start{};

    void drop(Sequence& sequence);
  };

  State(const EngineLimits& limits, ModelRunner& runner, const Clock& clock, PrefixStorage* storage);

  void plan();
  void finishCancelled();
  void endReasonings();
  void endReasoning(Sequence& sequence);
  void finishHopeless();
  void compressAsked();
  void compressDue();
  bool compress(Sequence& sequence) override;
  bool swapOut(Sequence& sequence) override;
  bool swapIn(Sequence& sequence) override;
  void notePreempted(const Sequence& sequence) override;
  bool fetchesBeginning(Sequence& sequence) override { return exchange.lookUp(sequence, scheduler); }
  void bringInStored();
  void storeLeftovers();
  /// The device is lost when `done` is an error: every request ends with this step.
  void breakOff(const Result<void>& done);
  void noteStart(const Sequence& sequence);
  void commit(const CompressionPlan& plan, std::vector<PageRef> freshPages, Sequence& sequence,
              Duration start);
  void takeFinishedCompressions(bool waits);
  void dropCompressions();
  std::vector<FillingPage> fillingPages() const;
  bool grows(Sequence& sequence);
  CompressionSource sourceOf(const Sequence& sequence, const CompressionSettings& settings) const;
  CompressionSettings settingsOf(const Sequence& sequence) const;
  void runStep();
  bool beginStep();
  bool beginAhead();
  bool canRunAhead();
  bool isPlainDecode(const Sequence& sequence) const;
  void finishStep(bool wasAhead);
  void dropStep();
  void advance(const std::vector<Sequence*>& sampled);
  void takeToken(Sequence& sequence, TokenId token, const TokenRanking* ranking);
  void finish(Sequence& sequence, FinishReason reason, Error error = {});
  void finishExhausted(Sequence& sequence);
  void finishStuck();
  void failIfBroken();
  void notePages();
  std::int64_t tokensLive() const;
  void noteDropped();
  Sequence sequenceOf(RequestId id, Request request);
  void namePages(Sequence& sequence);
  void account(Sequence& sequence, int numTokens);

  EngineLimits limits;
  ModelRunner& runner;
  const Clock& clock;
  PageAllocator allocator;
  QuerySlots slots;
  PrefixIndex prefixes;
  Compressor compressor;
  std::deque<InFlight> inFlight;  // oldest first
  Scheduler scheduler;
  PrefixExchange exchange;
  StepBuilder builder;
  StepPace pace;
  std::vector<EngineEvent> events;  // since the last step
  std::vector<EngineEvent> told;    // by it
  EngineMetrics metrics;
  RateMeter rate;
  std::optional<Error> lost;    // why the device is gone
  std::optional<Error> broken;  // what went wrong in this step and ends every request at its end
  std::uint64_t nextId = 1;

  // Reused by every step.
  Step current;
  Step ahead;               // the one behind it, while the current one is being finished
  bool isUnderWay = false;  // `current` has begun before this Engine::step()
  std::vector<TokenId> drawn;
};

}  // namespace zipage
