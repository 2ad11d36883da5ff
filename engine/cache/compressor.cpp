#include "engine/cache/compressor.h"

#include <algorithm>

#include "engine/base/check.h"

namespace zipage {

int Compressor::freshPagesNeeded(const CompressionSource& source) const {
  int own = 0;
  for (int i = 0; i < source.pages.numPages(); ++i) own += isTarget(source, i) ? 1 : 0;
  return std::max(0, numTargets(source) - own);
}

bool Compressor::isTarget(const CompressionSource& source, int tableIndex) {
  const PageIndex page = source.pages.indices()[static_cast<std::size_t>(tableIndex)];
  return !source.pages.isShared(tableIndex) && (source.spared == nullptr || !source.spared->has(page));
}

PlannedCompression Compressor::plan(const CompressionSource& source) const {
  ZIPAGE_CHECK(source.numEntries > source.settings.budgetTokens, "nothing to evict");
  ZIPAGE_CHECK(source.windowRows == m_windowTokens, "a compression starts with a complete query window");
  PlannedCompression planned;
  CompressionPlan& plan = planned.plan;
  plan.sourcePages.assign(source.pages.indices().begin(), source.pages.indices().end());
  plan.numEntries = source.numEntries;
  plan.keep = source.settings.budgetTokens;
  plan.numScored = source.numScored;
  plan.isFirst = source.numScored == 0;
  plan.querySlot = source.querySlot;
  plan.lastPosition = source.lastPosition;
  for (const KeepReason reason : reasonsToKeep(source))
    plan.protectedEntries.push_back(reason == KeepReason::Score ? 0 : 1);
  plan.pinnedTokens.assign(source.pinnedTokens.begin(), source.pinnedTokens.end());
  plan.seed = source.seed;
  plan.settings = source.settings;
  chooseTargets(source, planned);
  return planned;
}

std::vector<KeepReason> Compressor::reasonsToKeep(const CompressionSource& source) const {
  std::vector<KeepReason> reasons(static_cast<std::size_t>(source.numEntries), KeepReason::Score);
  // What is always kept never leaves the front, so these are the first entries at every later compression as
  // well.
  const int sinks = source.settings.sinkTokens;
  const int front = std::max(sinks, source.settings.protectPrompt ? source.promptTokens : 0);
  const int recent = source.settings.recentKept(m_windowTokens);
  const int pinned = static_cast<int>(source.pinnedTokens.size());
  ZIPAGE_CHECK(front + recent + pinned <= source.settings.budgetTokens,
               "what is protected exceeds the budget");
  std::fill_n(reasons.begin(), front, KeepReason::Prompt);
  std::fill_n(reasons.begin(), sinks, KeepReason::Sink);
  std::fill_n(reasons.rbegin(), recent, KeepReason::Recent);
  return reasons;
}

void Compressor::chooseTargets(const CompressionSource& source, PlannedCompression& planned) const {
  std::vector<PageIndex>& targets = planned.plan.targetPages;
  const auto wanted = static_cast<std::size_t>(numTargets(source));
  for (int i = 0; i < source.pages.numPages() && targets.size() < wanted; ++i) {
    if (isTarget(source, i)) targets.push_back(source.pages.indices()[static_cast<std::size_t>(i)]);
  }
  while (targets.size() < wanted) {
    PageRef page = m_allocator.allocate();
    ZIPAGE_CHECK(static_cast<bool>(page), "no free page for a compression");
    targets.push_back(page.index());
    planned.freshPages.push_back(std::move(page));
  }
}

}  // namespace zipage
