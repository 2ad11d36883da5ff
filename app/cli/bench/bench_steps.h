// Steps and compressions of a model, measured one by one on the session's runner, without an engine:
// sequences of any length are there at once, their memory full of zeros.
#pragma once

#include <string>

#include "app/common/model_session.h"

namespace zipage {

struct StepTimes {
  int repetitions = 0;
  double median = 0.0;  // seconds, from posting the step to the drawn tokens in host memory; of steps that
                        // run ahead, from the tokens of one to those of the next
  double least = 0.0;
  double most = 0.0;
};

/// Steps in which each of `sequences` sequences of `context` entries says one token. `runsAhead`: each begins
/// before the one in front of it is finished, as an engine lets them.
Result<StepTimes> measureDecode(ModelSession& session, int sequences, int context, int repetitions,
                                bool runsAhead);
/// Reading a prompt of `tokens` from its beginning, in steps of the session's size.
Result<StepTimes> measurePrefill(ModelSession& session, int tokens, int repetitions);
/// Compressions of one sequence from `entries` to `keep`.
Result<StepTimes> measureCompression(ModelSession& session, int entries, int keep, int repetitions);

}  // namespace zipage
