// Answers a set of problems with many requests in flight on one engine, and counts.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/cli/eval_scoring.h"
#include "app/common/model_session.h"
#include "app/common/request_settings.h"

namespace zipage {

struct Score {
  int correct = 0;
  int count = 0;
  double accuracy() const { return count == 0 ? 0.0 : static_cast<double>(correct) / count; }
};

struct EvalResult {
  Score total;
  std::map<std::string, Score> families;
  std::int64_t promptTokens = 0;  // of the finished replies
  std::int64_t generatedTokens = 0;
  int unfinished = 0;  // replies that met --max-tokens or the end of the pool
  EngineMetrics metrics;
  double seconds = 0.0;
  bool interrupted = false;

  double meanLength() const;  // prompt and reply, tokens
  double tokensPerSecond() const {
    return seconds > 0.0 ? static_cast<double>(generatedTokens) / seconds : 0.0;
  }
};

struct EvalJob {
  std::vector<EvalProblem> problems;
  RequestSettings settings;  // its seed is the first one; each reply has its own
  int samples = 1;
  int concurrency = 16;
};

/// Runs until all are answered or `progress` returns false. A problem that cannot be served at all is an
/// error that names it; a reply that fails counts as wrong.
Result<EvalResult> runEval(ModelSession& session, const EvalJob& job,
                           const std::function<bool(const EvalResult& soFar)>& progress);

}  // namespace zipage
