// The measured cases: decoding one and eight sequences, reading a prompt, and a chain of thought far longer
// than its budget. Each runs on an engine of its own over the session's pool.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/common/model_session.h"

namespace zipage {

struct BenchResult {
  std::string name;
  std::string shape;  // what was run, in words
  std::string policy;
  int sequences = 1;
  int tokens = 0;            // measured ones, of all sequences
  double seconds = 0.0;      // median of the repetitions
  double meanEntries = 0.0;  // cached tokens a measured token attends to, on average
  bool isPrefill = false;    // one step reads the weights for many tokens
  int stepTokens = 1;        // tokens a step at most, for prefill
  // Of the long case only.
  std::int64_t residentAfterFirstCompression = 0;
  std::int64_t residentAtEnd = 0;
  int pagesHeld = 0;  // most at any time after the first compression
  int compressions = 0;
  double rateOfFirstTenth = 0.0;
  double rateOfLastTenth = 0.0;

  double tokensPerSecond() const { return seconds > 0.0 ? tokens / seconds : 0.0; }
};

Result<BenchResult> benchDecode(ModelSession& session, int sequences);
Result<BenchResult> benchPrefill(ModelSession& session);
/// `tokens` generated at a budget of 256 whatever the model says.
Result<BenchResult> benchLongThinking(ModelSession& session, int tokens);

}  // namespace zipage
