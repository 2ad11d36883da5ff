// Lays out one step's arrays for the model out of the shares the scheduler gave. Reuses its vectors: after
// the largest step it allocates nothing.
#pragma once

#include <vector>

#include "engine/runtime/model_runner.h"
#include "engine/schedule/scheduler.h"

namespace zipage {

class StepBuilder {
 public:
  StepBuilder(int pageTokens, int windowTokens) : m_pageTokens(pageTokens), m_windowTokens(windowTokens) {}

  /// The inputs of a step in which each share's tokens are written behind what its sequence holds. A token is
  /// drawn for each share that leaves nothing pending; `sampled` gets those sequences, in the order of the
  /// draws.
  const StepInputs& build(const std::vector<StepShare>& shares, std::vector<Sequence*>& sampled);
  /// The same for shares of Scheduler::shareAhead(): a token each, which the step under way is about to draw.
  const StepInputs& buildAhead(const std::vector<StepShare>& shares, std::vector<Sequence*>& sampled);

 private:
  void clear();
  void addTokens(const StepShare& share);
  void addTable(const Sequence& sequence, std::size_t row);
  void addDraw(const StepShare& share);
  void addEndTokens(const Request& request);

  int m_pageTokens;
  int m_windowTokens;
  StepInputs m_inputs;
};

}  // namespace zipage
