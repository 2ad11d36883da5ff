#include "app/cli/bench/step_watch.h"

#include <algorithm>
#include <numeric>

namespace zipage {

Result<void> StepWatch::startStep(const StepInputs& inputs) {
  ++m_counts.steps;
  const auto numSequences = static_cast<std::int64_t>(inputs.physical.size());
  m_counts.mostSequences = std::max(m_counts.mostSequences, numSequences);
  for (std::size_t s = 0; s < inputs.physical.size(); ++s)
    m_counts.decodes += inputs.queryStart[s + 1] - inputs.queryStart[s] == 1;
  const double entries = std::accumulate(inputs.physical.begin(), inputs.physical.end(), 0.0);
  m_counts.bytes += m_cost.stepBytes(static_cast<double>(inputs.tokenIds.size()), entries);
  return m_runner.startStep(inputs);
}

}  // namespace zipage
