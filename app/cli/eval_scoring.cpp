#include "app/cli/eval_scoring.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

namespace zipage {

namespace {

std::string textOf(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

Result<EvalProblem> problemOf(const std::string& line) {
  const auto object = nlohmann::json::parse(line, nullptr, false);
  if (!object.is_object()) return failure(ErrorCode::InvalidFile, "is not a JSON object");
  for (const char* key : {"prompt", "answer"}) {
    if (!object.contains(key)) return failure(ErrorCode::InvalidFile, "has no \"" + std::string(key) + "\"");
  }
  if (!object["prompt"].is_string()) return failure(ErrorCode::InvalidFile, "has a prompt that is not text");
  EvalProblem problem;
  problem.family = object.contains("family") ? textOf(object["family"]) : "all";
  problem.level =
      object.contains("level") && object["level"].is_number_integer() ? object["level"].get<int>() : 0;
  problem.prompt = object["prompt"].get<std::string>();
  problem.answer = trimmed(textOf(object["answer"]));
  return problem;
}

}  // namespace

Result<std::vector<EvalProblem>> readProblems(const std::filesystem::path& file, int limit) {
  std::ifstream stream(file);
  if (!stream) return failure(ErrorCode::NotFound, "cannot read " + file.string());
  std::vector<EvalProblem> problems;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (trimmed(line).empty()) continue;
    auto problem = problemOf(line);
    if (!problem) {
      return failure(ErrorCode::InvalidFile,
                     file.string() + ", line " + std::to_string(number) + ": " + problem.error().message);
    }
    problems.push_back(std::move(*problem));
    if (limit > 0 && static_cast<int>(problems.size()) == limit) break;
  }
  if (problems.empty()) return failure(ErrorCode::InvalidFile, file.string() + " holds no problem");
  return problems;
}

Interval wilsonInterval(int successes, int trials) {
  if (trials == 0) return {};
  constexpr double kZ = 1.959963984540054;  // 97.5 % quantile of the normal distribution
  const double n = trials;
  const double share = successes / n;
  const double scale = 1.0 + kZ * kZ / n;
  const double centre = (share + kZ * kZ / (2.0 * n)) / scale;
  const double half = kZ / scale * std::sqrt(share * (1.0 - share) / n + kZ * kZ / (4.0 * n * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

}  // namespace zipage
