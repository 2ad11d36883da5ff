#include "engine/runtime/step_builder.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/sample/sampling_plan.h"

namespace zipage {

void StepBuilder::clear() {
  for (auto* array : {&m_inputs.tokenIds, &m_inputs.positions, &m_inputs.targetSlots, &m_inputs.queryRows,
                      &m_inputs.queryStart, &m_inputs.physical, &m_inputs.pageTables, &m_inputs.sampledRows,
                      &m_inputs.history, &m_inputs.endTokens}) {
    array->clear();
  }
  m_inputs.sampling.clear();
  m_inputs.ranksTokens = m_inputs.followsDrawn = false;
  m_inputs.queryStart.push_back(0);
}

void StepBuilder::addTokens(const StepShare& share) {
  const Sequence& sequence = *share.sequence;
  for (int i = 0; i < share.numTokens; ++i) {
    const std::int64_t position = sequence.computed + i;
    const int entry = sequence.physical + i;
    const auto index = static_cast<std::size_t>(position);
    m_inputs.tokenIds.push_back(index < sequence.tokens.size() ? sequence.tokens[index] : 0);
    m_inputs.positions.push_back(static_cast<std::int32_t>(position));
    m_inputs.targetSlots.push_back(sequence.pages.slotOf(entry, m_pageTokens));
    // Of a long chunk only the last tokens write their query, so that no row is written twice in one step.
    const bool writesQuery = sequence.querySlot && share.numTokens - i <= m_windowTokens;
    m_inputs.queryRows.push_back(writesQuery ? sequence.querySlot.index() * m_windowTokens +
                                                   static_cast<std::int32_t>(position % m_windowTokens)
                                             : -1);
  }
  m_inputs.queryStart.push_back(static_cast<std::int32_t>(m_inputs.tokenIds.size()));
  m_inputs.physical.push_back(sequence.physical + share.numTokens);
}

void StepBuilder::addTable(const Sequence& sequence, std::size_t row) {
  const auto place = m_inputs.pageTables.begin() + static_cast<std::ptrdiff_t>(row * m_inputs.maxPages);
  std::copy(sequence.pages.indices().begin(), sequence.pages.indices().end(), place);
}

const StepInputs& StepBuilder::build(const std::vector<StepShare>& shares, std::vector<Sequence*>& sampled) {
  clear();
  sampled.clear();
  m_inputs.maxPages = 0;
  for (const StepShare& share : shares)
    m_inputs.maxPages = std::max(m_inputs.maxPages, share.sequence->pages.numPages());
  m_inputs.pageTables.assign(shares.size() * static_cast<std::size_t>(m_inputs.maxPages), 0);
  for (std::size_t row = 0; row < shares.size(); ++row) {
    Sequence& sequence = *shares[row].sequence;
    addTokens(shares[row]);
    addTable(sequence, row);
    if (shares[row].numTokens < sequence.pending()) continue;
    addDraw(shares[row]);
    sampled.push_back(&sequence);
  }
  return m_inputs;
}

void StepBuilder::addDraw(const StepShare& share) {
  const Sequence& sequence = *share.sequence;
  const Request& request = sequence.request;
  const auto numGenerated =
      sequence.computed + share.numTokens - static_cast<std::int64_t>(request.prompt.size());
  m_inputs.sampledRows.push_back(m_inputs.queryStart.back() - 1);
  m_inputs.sampling.push_back(
      samplingRow(request.sampling, static_cast<int>(numGenerated), sequence.tokens, m_inputs.history));
  m_inputs.ranksTokens = m_inputs.ranksTokens || request.numTopLogProbs >= 0;
}

const StepInputs& StepBuilder::buildAhead(const std::vector<StepShare>& shares,
                                          std::vector<Sequence*>& sampled) {
  build(shares, sampled);
  m_inputs.followsDrawn = true;
  for (const StepShare& share : shares) addEndTokens(share.sequence->request);
  return m_inputs;
}

void StepBuilder::addEndTokens(const Request& request) {
  const std::size_t numEnds = request.ignoreEnd ? 0 : request.endTokens.size();
  ZIPAGE_CHECK(numEnds <= kMostEndTokens, "who has more end tokens does not run ahead");
  m_inputs.endTokens.insert(m_inputs.endTokens.end(), request.endTokens.begin(),
                            request.endTokens.begin() + static_cast<std::ptrdiff_t>(numEnds));
  m_inputs.endTokens.insert(m_inputs.endTokens.end(), kMostEndTokens - numEnds, -1);
}

}  // namespace zipage
