// A request's sampling settings as the row of a step: which token is drawn is a function of the request
// alone.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/schedule/request.h"
#include "kernels/op_arguments.h"

namespace zipage {

/// Tokens back from the newest one that a repetition penalty looks at: the work of a draw stays bounded.
inline constexpr int kPenaltyTokens = 1024;

/// `numGenerated` numbers the draw, so that neighbours and preemption change nothing. Appends to `history`
/// what the repetition penalty looks at, if there is one: the last kPenaltyTokens tokens of the sequence.
SamplingRow samplingRow(const SamplingParams& params, int numGenerated, const std::vector<TokenId>& tokens,
                        std::vector<std::int32_t>& history);

}  // namespace zipage
