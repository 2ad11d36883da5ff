// What the engine's own books take of a step: one, 16 and 128 sequences on a runner that does nothing. Not a
// test: prints microseconds a step.
#include <chrono>
#include <cstdio>

#include "engine/runtime/engine.h"

using namespace zipage;

namespace {

constexpr int kReplyTokens = 4000;

class IdleRunner final : public ModelRunner {
 public:
  Result<void> startStep(const StepInputs&) override { return {}; }
  Result<void> finishStep(std::span<TokenId> tokens) override {
    for (TokenId& token : tokens) token = 3;
    return {};
  }
  std::span<const TokenRanking> rankings() const override { return {}; }
  Result<void> compress(const CompressionPlan& plan) override {
    plan.record->cut.assign(1, 0.0F);
    return {};
  }
  Result<void> startCompression(const CompressionPlan&) override { return {}; }
  Result<int> finishedCompressions(bool) override { return 0; }
  Result<double> workingSet(const CompressionPlan&) override { return 1.0; }
  Result<SequenceRecord> heldTokens(std::span<const PageIndex>, int) override { return SequenceRecord{}; }
  Result<std::unique_ptr<HostCopy>> swapOut(std::span<const PageIndex>, int) override {
    return failure(ErrorCode::OutOfMemory, "nothing is swapped");
  }
  Result<void> swapIn(const HostCopy&, std::span<const PageIndex>, int) override { return {}; }
  Result<std::vector<std::byte>> copyOut(std::span<const PageIndex>, int) override {
    return std::vector<std::byte>();
  }
  Result<void> checkContents(std::span<const std::byte>, const ContentsShape&) const override { return {}; }
  Result<void> copyIn(std::span<const std::byte>, std::span<const PageIndex>, int) override { return {}; }
};

Request requestOf(int number) {
  Request request;
  for (int i = 0; i < 64; ++i) request.prompt.push_back(1 + (number * 31 + i) % 900);
  request.maxNewTokens = kReplyTokens;
  request.ignoreEnd = true;
  request.policy = MemoryPolicy::Budget;
  request.compression.budgetTokens = 512;
  request.compression.periodTokens = 128;
  return request;
}

void measure(int numSequences) {
  EngineLimits limits;
  limits.numPages = 8192;
  limits.numQuerySlots = limits.maxSequences = 256;
  limits.maxBatchTokens = 2048;
  IdleRunner runner;
  const SteadyClock clock;
  Engine engine(limits, runner, clock);
  for (int i = 0; i < numSequences; ++i) {
    if (!engine.submit(requestOf(i))) return;
  }
  int numSteps = 0;
  const Duration start = clock.now();
  for (; engine.hasWork(); ++numSteps) engine.step();
  std::printf("%4d sequences  %8.2f us a step\n", numSequences,
              1e6 * inSeconds(clock.now() - start) / numSteps);
}

}  // namespace

int main() {
  for (const int numSequences : {1, 16, 128}) measure(numSequences);
}
