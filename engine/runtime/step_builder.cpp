#include "engine/runtime/step_builder.h"

#include <algorithm>

#include "engine/sample/sampling_plan.h"

namespace zipage {

void StepBuilder::clear() {
  for (auto* array : {&m_inputs.tokenIds, &m_inputs.positions, &m_inputs.targetSlots, &m_inputs.queryRows,
                      &m_inputs.queryStart, &m_inputs.physical, &m_inputs.pageTables, &m_inputs.sampledRows,
                      &m_inputs.history}) {
    array->clear();
  }
  m_inputs.sampling.clear();
  m_inputs.ranksTokens = false;
  m_inputs.queryStart.push_back(0);
}

void StepBuilder::addTokens(const StepShare& share) {
  const Sequence& sequence = *share.sequence;
  for (int i = 0; i < share.numTokens; ++i) {
    const std::int64_t position = sequence.computed + i;
    const int entry = sequence.physical + i;
    m_inputs.tokenIds.push_back(sequence.tokens[static_cast<std::size_t>(position)]);
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
    if (shares[row].numTokens != sequence.pending()) continue;
    m_inputs.sampledRows.push_back(m_inputs.queryStart.back() - 1);
    m_inputs.sampling.push_back(
        samplingRow(sequence.request.sampling, sequence.generated(), sequence.tokens, m_inputs.history));
    m_inputs.ranksTokens = m_inputs.ranksTokens || sequence.request.numTopLogProbs >= 0;
    sampled.push_back(&sequence);
  }
  return m_inputs;
}

}  // namespace zipage
