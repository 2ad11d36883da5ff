// Where benches say what they measured: a table for people, and a JSON line for each case where one is
// wanted.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "app/cli/bench/device_limits.h"
#include "app/common/model_session.h"

namespace zipage {

using Json = nlohmann::ordered_json;

class BenchReport {
 public:
  /// With `json`, standard output has the lines alone and the table goes to standard error. `facts` are part
  /// of every line: what was measured on what.
  BenchReport(Json facts, bool json);

  /// One line of the table.
  void print(const std::string& line) const;
  /// One case; printed at once, since a run may be cut short.
  void add(Json measured) const;

 private:
  Json m_facts;
  bool m_json;
};

/// Device, its limits, model, commit and what else kept the machine busy.
Json benchFacts(const Device& device, const DeviceLimits& limits, const std::string& model);
/// The same of a session, with the type and size of its pages.
Json benchFacts(ModelSession& session, const DeviceLimits& limits);
/// The heading of every table: the same facts, for people.
void printFacts(const BenchReport& report, const Device& device, const DeviceLimits& limits,
                const std::string& model);

/// printf into a string.
[[gnu::format(printf, 1, 2)]] std::string formatted(const char* format, ...);

/// "0.83 TB/s", "19.6 GB/s"
std::string rateText(double bytesPerSecond);

}  // namespace zipage
