#include "app/cli/bench/op_bench.h"

#include <algorithm>
#include <string_view>

namespace zipage {

namespace {

constexpr std::string_view kOps[] = {
    "copy",          "matmul",           "matmul-together",   "gated-matmul",
    "mix-experts",   "decode-attention", "prefill-attention", "store-key-value",
    "rms-norm",      "silu-multiply",    "gather-rows",       "sample",
    "window-scores", "fuse-scores",      "redundancy",        "select-entries",
    "compact-pages"};
constexpr double kWorthFlops = 1e9;
constexpr double kMostlyAsking = 0.9;

}  // namespace

OpBench::OpBench(Device& device, const ModelFile& model, const DeviceLimits& limits,
                 const OpBenchOptions& options, const BenchReport& report)
    : m_device(device),
      m_model(model),
      m_limits(limits),
      m_options(options),
      m_report(report),
      m_stream(device.createStream()) {
  m_report.print(formatted("%-16s %-44s %9s %11s %10s %7s %9s", "op", "shape", "MB", "us", "GB/s", "of copy",
                           "TFLOP/s"));
}

bool OpBench::wants(const std::string& op) const {
  if (op.find(m_options.filter) != std::string::npos || m_options.filter.starts_with(op + " ")) return true;
  // Else it may be part of a shape, unless it is part of another op's name.
  return std::ranges::none_of(kOps, [&](std::string_view other) {
    return other.find(m_options.filter) != std::string_view::npos ||
           std::string_view(m_options.filter).starts_with(std::string(other) + " ");
  });
}

bool OpBench::wants(const std::string& op, const std::string& shape) const {
  return (op + " " + shape).find(m_options.filter) != std::string::npos;
}

Result<void> OpBench::measure(const OpCase& measured) {
  if (!wants(measured.op, measured.shape)) return {};
  const auto time = timeOp(m_device, *m_stream, m_options.roundSeconds,
                           [&](int number) { measured.enqueue(*m_stream, number); });
  if (!time) return failure(time.error().code, measured.op + ": " + time.error().message);
  const double rate = measured.bytes / time->seconds;
  const double flops = measured.flops / time->seconds;
  const bool isAsking = m_device.info().name != "cpu" && time->enqueueShare > kMostlyAsking;
  std::string line = formatted("%-16s %-44s %9.3f %11.2f %10.1f %6.1f%%", measured.op.c_str(),
                               measured.shape.c_str(), measured.bytes / 1e6, time->seconds * 1e6, rate / 1e9,
                               100.0 * rate / m_limits.copyBytesPerSecond);
  if (measured.flops >= kWorthFlops) line += formatted(" %9.3f", flops / 1e12);
  if (isAsking) line += "  (as fast as it can be asked for)";
  m_report.print(line);
  m_report.add({{"case", "op"},
                {"op", measured.op},
                {"shape", measured.shape},
                {"bytes", measured.bytes},
                {"microseconds", time->seconds * 1e6},
                {"least", time->least * 1e6},
                {"most", time->most * 1e6},
                {"repetitions", time->repetitions},
                {"bytes_per_second", rate},
                {"share_of_copy", rate / m_limits.copyBytesPerSecond},
                {"flops", measured.flops},
                {"measured_flops_per_second", flops},
                {"enqueue_share", time->enqueueShare}});
  return {};
}

void OpBench::skip(const std::string& op, const std::string& shape, const std::string& reason) const {
  if (!wants(op, shape)) return;
  m_report.print(formatted("%-16s %-44s not measured: %s", op.c_str(), shape.c_str(), reason.c_str()));
  m_report.add({{"case", "op"}, {"op", op}, {"shape", shape}, {"not_measured", reason}});
}

}  // namespace zipage
