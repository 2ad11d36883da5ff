// How answers are judged: sets of problems, the boxed answer of a reply, and intervals for shares.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
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

/// What stands in the last \boxed{…} of a text, without outer white space; braces inside may nest. Nothing:
/// there is none that is closed.
std::optional<std::string> lastBoxed(std::string_view text);

struct Interval {
  double low = 0.0;
  double high = 1.0;
};

/// The 95 % Wilson score interval of a share (Wilson 1927).
Interval wilsonInterval(int successes, int trials);

}  // namespace zipage
