// The mixture of experts of one layer: rows go where a router of random logits sends them.
#include <algorithm>
#include <set>

#include "app/cli/bench/op_bench.h"
#include "app/cli/bench/op_memory.h"
#include "engine/model/random_weights.h"

namespace zipage {

namespace {

class ExpertOps {
 public:
  explicit ExpertOps(OpBench& bench) : m_bench(bench), m_memory(bench.device()), m_config(bench.config()) {
    std::vector<std::byte> random(
        bytesOf(DataType::BF16, std::int64_t{m_config.expertDim} * m_config.modelDim));
    for (int expert = 0; expert < m_config.numExperts; ++expert) {
      for (auto* views : {&m_gates, &m_ups})
        views->push_back(make(random, m_config.expertDim, m_config.modelDim));
      m_downs.push_back(make(random, m_config.modelDim, m_config.expertDim));
    }
  }

  Result<void> measure(int rows) {
    const DataType type = m_bench.device().info().activationType;
    const int used = m_config.expertsUsed;
    const TensorView input = m_memory.matrix(type, rows, m_config.modelDim);
    const TensorView output = m_memory.matrix(DataType::F32, rows, m_config.modelDim);
    const std::vector<std::int32_t> chosen = route(rows);
    const std::int32_t* const experts = m_memory.integers(chosen);
    const float* const weights =
        m_memory.floats(std::vector<float>(chosen.size(), 1.0F / static_cast<float>(used)));
    if (auto room = m_memory.check(); !room) return room;
    const std::size_t numMet = std::set(chosen.begin(), chosen.end()).size();
    const double bytes = 3.0 * static_cast<double>(numMet * m_gates.front().bytes()) +
                         static_cast<double>(input.bytes() + 2 * output.bytes());
    const double flops = 6.0 * rows * used * static_cast<double>(m_config.expertDim) * m_config.modelDim;
    return m_bench.measure({"mix-experts",
                            "BF16, " + std::to_string(rows) + " rows to " + std::to_string(numMet) + " of " +
                                std::to_string(m_config.numExperts) + " experts",
                            bytes, flops, [&](Stream& stream, int) {
                              m_bench.device().mixExperts(stream, {.input = input,
                                                                   .numExperts = m_config.numExperts,
                                                                   .expertsUsed = used,
                                                                   .experts = experts,
                                                                   .weights = weights,
                                                                   .gates = m_gates.data(),
                                                                   .ups = m_ups.data(),
                                                                   .downs = m_downs.data(),
                                                                   .output = output});
                            }});
  }

 private:
  ConstTensorView make(std::vector<std::byte>& random, int rows, int columns) {
    fillRandomWeights(random, DataType::BF16, rows, columns, m_weights.size() + 1, 1);
    m_weights.push_back(m_memory.weight({random.data(), DataType::BF16, rows, columns}));
    const DeviceWeight& weight = m_weights.back();
    if (weight.storage || !weight.view) return weight.view;
    // Read in place: the bytes must outlive the next expert's.
    ConstTensorView view = weight.view;
    view.data = m_memory.copies(weight.view.data, view.bytes(), 1, view.bytes());
    return view;
  }

  std::vector<std::int32_t> route(int rows) {
    const int used = m_config.expertsUsed;
    const TensorView logits = m_memory.matrix(DataType::F32, rows, m_config.numExperts);
    const std::vector<std::int32_t> nothing(static_cast<std::size_t>(rows) * used);
    std::int32_t* const experts = m_memory.integers(nothing);
    float* const weights = m_memory.floats(std::vector<float>(nothing.size()));
    std::vector<std::int32_t> chosen = nothing;
    if (!m_memory.check()) return chosen;
    const auto stream = m_bench.device().createStream();
    m_bench.device().routeExperts(
        *stream, {.logits = logits, .expertsUsed = used, .experts = experts, .weights = weights});
    m_bench.device().copyToHost(*stream, chosen.data(), experts, chosen.size() * sizeof(std::int32_t));
    // What went wrong is told by the next synchronize() as well.
    static_cast<void>(m_bench.device().synchronize(*stream));
    return chosen;
  }

  OpBench& m_bench;
  OpMemory m_memory;
  ModelConfig m_config;
  std::vector<DeviceWeight> m_weights;
  std::vector<ConstTensorView> m_gates, m_ups, m_downs;
};

}  // namespace

Result<void> measureExperts(OpBench& bench) {
  if (bench.config().numExperts == 0 || !bench.wants("mix-experts")) return {};
  ExpertOps ops(bench);
  for (const int rows : kProductRows) {
    if (auto measured = ops.measure(rows); !measured) return measured;
  }
  return {};
}

}  // namespace zipage
