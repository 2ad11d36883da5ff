// What an Engine is made of; see engine.h for what it promises.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/cache/compressor.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/rate_meter.h"
#include "engine/runtime/step_builder.h"

namespace zipage {

struct Engine::State {
  State(const EngineLimits& limits, ModelRunner& runner, const Clock& clock);

  void finishCancelled();
  void finishHopeless();
  void compressDue();
  void compress(Sequence& sequence);
  void runStep();
  void advance(const std::vector<Sequence*>& sampled);
  void takeToken(Sequence& sequence, TokenId token);
  void finish(Sequence& sequence, FinishReason reason, Error error = {});
  void failAll(const Error& error);
  void notePages();

  EngineLimits limits;
  ModelRunner& runner;
  const Clock& clock;
  PageAllocator allocator;
  QuerySlots slots;
  Compressor compressor;
  Scheduler scheduler;
  StepBuilder builder;
  std::vector<EngineEvent> events;
  EngineMetrics metrics;
  RateMeter rate;
  std::optional<Error> lost;  // why the device is gone
  std::uint64_t nextId = 1;

  // Reused by every step.
  std::vector<StepShare> shares;
  std::vector<Sequence*> sampled;
  std::vector<TokenId> drawn;
  std::vector<std::pair<RequestId, int>> preempted;
};

}  // namespace zipage
