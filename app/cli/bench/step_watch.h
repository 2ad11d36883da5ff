// A ModelRunner that hands everything on to another one and counts what the steps were made of.
#pragma once

#include "app/cli/bench/model_cost.h"
#include "engine/runtime/model_runner.h"

namespace zipage {

struct StepCounts {
  std::int64_t steps = 0;
  std::int64_t decodes = 0;        // sequences that had one token in a step, over all steps
  std::int64_t mostSequences = 0;  // in one step
  double bytes = 0.0;  // that steps and compressions had to move at the least: weights, keys and values
};

class StepWatch final : public ModelRunner {
 public:
  /// `runner` outlives it.
  StepWatch(ModelRunner& runner, const ModelCost& cost) : m_runner(runner), m_cost(cost) {}

  const StepCounts& counts() const { return m_counts; }

  Result<void> startStep(const StepInputs& inputs) override;
  Result<void> finishStep(std::span<TokenId> tokens) override { return m_runner.finishStep(tokens); }
  std::span<const TokenRanking> rankings() const override { return m_runner.rankings(); }
  Result<void> compress(const CompressionPlan& plan) override {
    count(plan);
    return m_runner.compress(plan);
  }
  Result<void> startCompression(const CompressionPlan& plan) override {
    count(plan);
    return m_runner.startCompression(plan);
  }
  Result<int> finishedCompressions(bool waits) override { return m_runner.finishedCompressions(waits); }
  Result<double> workingSet(const CompressionPlan& plan) override { return m_runner.workingSet(plan); }
  Result<SequenceRecord> heldTokens(std::span<const PageIndex> pages, int numEntries) override {
    return m_runner.heldTokens(pages, numEntries);
  }
  Result<std::unique_ptr<HostCopy>> swapOut(std::span<const PageIndex> pages, int querySlot) override {
    return m_runner.swapOut(pages, querySlot);
  }
  Result<void> swapIn(const HostCopy& copy, std::span<const PageIndex> pages, int querySlot) override {
    return m_runner.swapIn(copy, pages, querySlot);
  }
  Result<std::vector<std::byte>> copyOut(std::span<const PageIndex> pages, int querySlot) override {
    return m_runner.copyOut(pages, querySlot);
  }
  Result<void> checkContents(std::span<const std::byte> contents, const ContentsShape& shape) const override {
    return m_runner.checkContents(contents, shape);
  }
  Result<void> copyIn(std::span<const std::byte> contents, std::span<const PageIndex> pages,
                      int querySlot) override {
    return m_runner.copyIn(contents, pages, querySlot);
  }

 private:
  void count(const CompressionPlan& plan) {
    m_counts.bytes += m_cost.compressionBytes(plan.numEntries, plan.keep);
  }

  ModelRunner& m_runner;
  ModelCost m_cost;
  StepCounts m_counts;
};

}  // namespace zipage
