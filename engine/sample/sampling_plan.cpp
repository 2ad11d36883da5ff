#include "engine/sample/sampling_plan.h"

#include <algorithm>

namespace zipage {

SamplingRow samplingRow(const SamplingParams& params, int numGenerated, const std::vector<TokenId>& tokens,
                        std::vector<std::int32_t>& history) {
  SamplingRow row;
  row.temperature = params.temperature;
  row.topP = params.topP;
  row.minP = params.minP;
  row.topK = params.topK;
  row.repetitionPenalty = params.repetitionPenalty;
  row.seed = params.seed;
  row.counter = static_cast<std::uint64_t>(numGenerated);
  if (params.repetitionPenalty != 1.0F) {
    row.historyStart = static_cast<std::int32_t>(history.size());
    row.historyCount = std::min(static_cast<std::int32_t>(tokens.size()), kPenaltyTokens);
    history.insert(history.end(), tokens.end() - row.historyCount, tokens.end());
  }
  return row;
}

}  // namespace zipage
