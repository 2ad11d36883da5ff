#include "app/cli/bench/bench_report.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include "app/common/commit.h"

namespace zipage {

namespace {

/// Processes that wanted a processor over the last minute. A busy machine measures low.
double loadAverage() {
  double load = 0.0;
  return getloadavg(&load, 1) == 1 ? load : 0.0;
}

}  // namespace

BenchReport::BenchReport(Json facts, bool json) : m_facts(std::move(facts)), m_json(json) {}

void BenchReport::print(const std::string& line) const {
  std::FILE* const target = m_json ? stderr : stdout;
  std::fprintf(target, "%s\n", line.c_str());
  std::fflush(target);
}

void BenchReport::add(Json measured) const {
  if (!m_json) return;
  measured.update(m_facts);
  std::printf("%s\n", measured.dump().c_str());
  std::fflush(stdout);
}

Json benchFacts(const Device& device, const DeviceLimits& limits, const std::string& model) {
  return {{"model", model},
          {"device", device.info().name},
          {"description", device.info().description},
          {"commit", std::string(builtFromCommit())},
          {"copy_bytes_per_second", limits.copyBytesPerSecond},
          {"flops_per_second", limits.flopsPerSecond},
          {"flops_of", limits.flopsOf},
          {"load_average", loadAverage()}};
}

Json benchFacts(ModelSession& session, const DeviceLimits& limits) {
  Json facts = benchFacts(session.device(), limits, describeModel(session.model()));
  facts["kv_type"] = layoutOf(session.kvType()).name;
  facts["page_tokens"] = session.limits().pageTokens;
  facts["pool_tokens"] = static_cast<std::int64_t>(session.limits().numPages) * session.limits().pageTokens;
  facts["pool_bytes"] = session.poolBytes();
  return facts;
}

void printFacts(const BenchReport& report, const Device& device, const DeviceLimits& limits,
                const std::string& model) {
  report.print("model    " + model);
  report.print("device   " + device.info().name + " (" + device.info().description + "), commit " +
               std::string(builtFromCommit()));
  if (!device.info().whyNoGpu.empty()) report.print("no GPU   " + device.info().whyNoGpu);
  report.print("limits   copies " + rateText(limits.copyBytesPerSecond) + " (read + written), " +
               formatted("%.2f TFLOP/s (", limits.flopsPerSecond / 1e12) + limits.flopsOf +
               "), both measured now");
  report.print(
      formatted("load     %.1f before the start: what else runs makes every figure smaller", loadAverage()));
}

std::string formatted(const char* format, ...) {
  char text[512];
  std::va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return text;
}

std::string rateText(double bytesPerSecond) {
  return bytesPerSecond >= 1e12 ? formatted("%.2f TB/s", bytesPerSecond / 1e12)
                                : formatted("%.1f GB/s", bytesPerSecond / 1e9);
}

}  // namespace zipage
