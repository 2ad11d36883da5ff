#include "app/cli/bench/bench_steps.h"

#include <algorithm>
#include <chrono>
#include <functional>

namespace zipage {

namespace {

constexpr int kWarmUps = 3;

Result<StepTimes> timed(int repetitions, const std::function<Result<void>()>& work) {
  std::vector<double> seconds;
  for (int i = 0; i < kWarmUps + repetitions; ++i) {
    const auto start = std::chrono::steady_clock::now();
    if (auto done = work(); !done) return tl::unexpected(done.error());
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    if (i >= kWarmUps) seconds.push_back(passed.count());
  }
  std::ranges::sort(seconds);
  return StepTimes{repetitions, seconds[seconds.size() / 2], seconds.front(), seconds.back()};
}

int pagesFor(int tokens, int pageTokens) { return (tokens + pageTokens - 1) / pageTokens; }

/// Adds a sequence whose `tokens` newest entries belong to this step and whose pages begin at `firstPage`.
void addSequence(StepInputs& inputs, int pageTokens, int firstPage, int tokens, int physical) {
  for (int i = 0; i < tokens; ++i) {
    const int entry = physical - tokens + i;
    inputs.tokenIds.push_back(1 + entry % 1000);
    inputs.positions.push_back(entry);
    inputs.targetSlots.push_back((firstPage + entry / pageTokens) * pageTokens + entry % pageTokens);
    inputs.queryRows.push_back(-1);
  }
  inputs.queryStart.push_back(static_cast<std::int32_t>(inputs.tokenIds.size()));
  inputs.physical.push_back(physical);
  for (int page = 0; page < inputs.maxPages; ++page) inputs.pageTables.push_back(firstPage + page);
  inputs.sampledRows.push_back(inputs.queryStart.back() - 1);
  inputs.sampling.emplace_back();
}

Result<StepTimes> timedAhead(ModelRunner& runner, StepInputs& inputs, std::span<TokenId> tokens,
                             int repetitions) {
  if (auto started = runner.startStep(inputs); !started) return tl::unexpected(started.error());
  inputs.followsDrawn = true;
  inputs.endTokens.assign(inputs.tokenIds.size() * kMostEndTokens, -1);
  auto times = timed(repetitions, [&]() -> Result<void> {
    if (auto started = runner.startStep(inputs); !started) return started;
    return runner.finishStep(tokens);
  });
  if (auto last = runner.finishStep(tokens); times && !last) return tl::unexpected(last.error());
  return times;
}

Result<void> checkPool(const ModelSession& session, std::int64_t pages) {
  if (pages <= session.limits().numPages) return {};
  return failure(ErrorCode::PoolTooSmall,
                 "these sequences need --pool-tokens " + std::to_string(pages * session.limits().pageTokens));
}

}  // namespace

Result<StepTimes> measureDecode(ModelSession& session, int sequences, int context, int repetitions,
                                bool runsAhead) {
  const int pageTokens = session.limits().pageTokens;
  StepInputs inputs;
  inputs.queryStart.push_back(0);
  inputs.maxPages = pagesFor(context, pageTokens);
  if (auto fits = checkPool(session, std::int64_t{sequences} * inputs.maxPages); !fits)
    return tl::unexpected(fits.error());
  for (int i = 0; i < sequences; ++i) addSequence(inputs, pageTokens, i * inputs.maxPages, 1, context);
  std::vector<TokenId> tokens(static_cast<std::size_t>(sequences));
  ModelRunner& runner = session.runner();
  if (!runsAhead) return timed(repetitions, [&] { return runner.runStep(inputs, tokens); });
  return timedAhead(runner, inputs, tokens, repetitions);
}

Result<StepTimes> measurePrefill(ModelSession& session, int tokens, int repetitions) {
  const int pageTokens = session.limits().pageTokens;
  const int perStep = session.limits().maxBatchTokens;
  if (auto fits = checkPool(session, pagesFor(tokens, pageTokens)); !fits)
    return tl::unexpected(fits.error());
  std::vector<StepInputs> steps;
  for (int first = 0; first < tokens; first += perStep) {
    StepInputs inputs;
    inputs.queryStart.push_back(0);
    const int count = std::min(perStep, tokens - first);
    inputs.maxPages = pagesFor(first + count, pageTokens);
    addSequence(inputs, pageTokens, 0, count, first + count);
    steps.push_back(std::move(inputs));
  }
  std::vector<TokenId> drawn(1);
  return timed(repetitions, [&]() -> Result<void> {
    for (const StepInputs& inputs : steps) {
      if (auto done = session.runner().runStep(inputs, drawn); !done) return done;
    }
    return {};
  });
}

Result<StepTimes> measureCompression(ModelSession& session, int entries, int keep, int repetitions) {
  const EngineLimits& limits = session.limits();
  const int pages = pagesFor(entries, limits.pageTokens);
  if (auto fits = checkPool(session, pages); !fits) return tl::unexpected(fits.error());
  // The entries and the query window of a prompt, so that positions are those of a text.
  StepInputs inputs;
  std::vector<TokenId> drawn(1);
  for (int first = 0; first < entries; first += limits.maxBatchTokens) {
    inputs = {};
    inputs.queryStart.push_back(0);
    const int count = std::min(limits.maxBatchTokens, entries - first);
    inputs.maxPages = pagesFor(first + count, limits.pageTokens);
    addSequence(inputs, limits.pageTokens, 0, count, first + count);
    for (int i = std::max(0, count - limits.windowTokens); i < count; ++i)
      inputs.queryRows[static_cast<std::size_t>(i)] = (first + i) % limits.windowTokens;
    if (auto done = session.runner().runStep(inputs, drawn); !done) return tl::unexpected(done.error());
  }
  CompressionPlan plan;
  for (int page = 0; page < pages; ++page) plan.sourcePages.push_back(page);
  plan.targetPages.assign(plan.sourcePages.begin(),
                          plan.sourcePages.begin() + pagesFor(keep, limits.pageTokens));
  plan.numEntries = entries;
  plan.keep = keep;
  plan.lastPosition = entries - 1;
  plan.protectedEntries.assign(static_cast<std::size_t>(entries), 0);
  std::fill(plan.protectedEntries.end() - plan.settings.recentKept(limits.windowTokens),
            plan.protectedEntries.end(), 1);
  return timed(repetitions, [&] { return session.runner().compress(plan); });
}

}  // namespace zipage
