// How answers are judged: sets of problems, and intervals for shares.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace zipage {

struct EvalProblem {
  std::string family;
  int level = 0;
  std::string prompt;
  std::string answer;
};

/// Reads JSON lines {"family", "level", "prompt", "answer"}. At most `limit` problems; 0: all. Every failure
/// names the line.
Result<std::vector<EvalProblem>> readProblems(const std::filesystem::path& file, int limit);

struct Interval {
  double low = 0.0;
  double high = 1.0;
};

/// The 95 % Wilson score interval of a share (Wilson 1927).
Interval wilsonInterval(int successes, int trials);

}  // namespace zipage
