// What `bench serve` says of each policy, and of them beside each other.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/cli/bench/bench_report.h"
#include "app/cli/bench/serve_run.h"

namespace zipage {

/// What all policies of one run share.
struct ServeSetting {
  std::string shape;  // the load, in words
  std::string preset;
  int budgetTokens = 0;
  int periodTokens = 0;
  bool asyncCompression = false;
  int requests = 0;
  double maxSeconds = 0.0;  // 0: runs are not cut
  double warmUpSeconds = 0.0;
  EngineLimits limits;
  double copyBytesPerSecond = 0.0;

  bool isCut() const { return maxSeconds > 0.0; }
};

class ServeReport {
 public:
  /// `report` outlives this.
  ServeReport(const BenchReport& report, ServeSetting setting);

  void printSetting() const;
  void add(const std::string& policy, const ServeResult& result);
  /// A line for each policy, with what it comes to when `full` is one.
  void printComparison() const;

 private:
  double comparedRate(const ServeResult& result) const;
  double boundSeconds(const ServeResult& result) const;
  double shareOfBound(const ServeResult& result) const;
  double compressionShare(const ServeResult& result) const;
  const ServeResult* resultOf(const std::string& policy) const;
  Json timesFull(const ServeResult& result) const;
  void print(const std::string& policy, const ServeResult& result) const;
  Json object(const std::string& policy, const ServeResult& result) const;

  const BenchReport& m_report;
  ServeSetting m_setting;
  std::vector<std::pair<std::string, ServeResult>> m_results;  // in the order they were measured
};

}  // namespace zipage
