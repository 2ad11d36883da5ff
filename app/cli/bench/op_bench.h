// Ops of the Device interface one by one, at the shapes of a model: what each moves, how long it takes, and
// which share of the device's copy bandwidth that is.
#pragma once

#include <functional>
#include <string>

#include "app/cli/bench/bench_report.h"
#include "app/cli/bench/op_timer.h"
#include "engine/model/model_file.h"

namespace zipage {

inline constexpr int kWindowTokens = 16;                    // queries that score
inline constexpr int kProductRows[] = {1, 4, 16, 64, 256};  // of the products that are measured

struct OpCase {
  std::string op;
  std::string shape;
  double bytes = 0.0;  // read once and written once at the least
  double flops = 0.0;  // 0: not worth counting
  /// The number chooses among the copies of what a step would find in memory, not in a cache.
  std::function<void(Stream&, int)> enqueue;
};

struct OpBenchOptions {
  std::string filter;         // part of the names of ops, or of "op shape"; empty: all
  double roundSeconds = 0.1;  // of one round of repetitions
  DataType kvType = DataType::F32;
  int pageTokens = 32;
  bool weightsAreRandom = false;  // the model's file has shapes alone
};

class OpBench {
 public:
  OpBench(Device& device, const ModelFile& model, const DeviceLimits& limits, const OpBenchOptions& options,
          const BenchReport& report);

  Device& device() { return m_device; }
  const ModelConfig& config() const { return m_model.config; }
  const TensorSource& tensors() const { return *m_model.tensors; }
  const OpBenchOptions& options() const { return m_options; }

  /// Whether any shape of the op may be wanted: those that are not need no memory.
  bool wants(const std::string& op) const;
  bool wants(const std::string& op, const std::string& shape) const;
  Result<void> measure(const OpCase& measured);
  /// Instead of a measurement, why there is none.
  void skip(const std::string& op, const std::string& shape, const std::string& reason) const;

 private:
  Device& m_device;
  const ModelFile& m_model;
  DeviceLimits m_limits;
  OpBenchOptions m_options;
  const BenchReport& m_report;
  std::unique_ptr<Stream> m_stream;
};

// Each measures its ops as far as they are wanted. OutOfMemory: there is no room for the first of its shapes
// that was not measured.
Result<void> measureProducts(OpBench& bench);
Result<void> measureExperts(OpBench& bench);
Result<void> measureAttention(OpBench& bench);
Result<void> measureElementOps(OpBench& bench);
Result<void> measureCompressionOps(OpBench& bench);

}  // namespace zipage
