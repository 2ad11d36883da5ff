// The small ops of a step: norms, activation, writing keys and values, drawing tokens.
#include <algorithm>
#include <random>

#include "app/cli/bench/op_bench.h"
#include "app/cli/bench/op_memory.h"

namespace zipage {

namespace {

constexpr int kElementRows[] = {1, 16, 64, 256};
constexpr float kPeakedSpread =
    2.5F;  // of logits; a nucleus of 0.95 has 90 tokens of 2,048 or 1,500 of 151,936

std::string rowsText(int rows) { return std::to_string(rows) + (rows == 1 ? " row" : " rows"); }

class ElementOps {
 public:
  ElementOps(OpBench& bench, int rows) : m_bench(bench), m_memory(bench.device()), m_rows(rows) {}

  Result<void> norm() {
    const ModelConfig& config = m_bench.config();
    const TensorView input = floats(config.modelDim);
    const TensorView output =
        m_memory.matrix(m_bench.device().info().activationType, m_rows, config.modelDim);
    const TensorView gain = m_memory.matrix(DataType::F32, 1, config.modelDim);
    return measure("rms-norm", columnsText(config.modelDim),
                   static_cast<double>(input.bytes() + output.bytes() + gain.bytes()),
                   [=](Stream& stream, Device& device) {
                     device.rmsNorm(stream, {.input = input, .gain = gain, .output = output});
                   });
  }

  Result<void> silu() {
    const int columns = m_bench.config().feedForwardDim;
    if (columns == 0) return {};
    const TensorView gate = floats(columns);
    const TensorView up = floats(columns);
    return measure("silu-multiply", columnsText(columns), 3.0 * static_cast<double>(gate.bytes()),
                   [=](Stream& stream, Device& device) {
                     device.siluMultiply(stream, {.gate = gate, .up = up, .output = gate});
                   });
  }

  Result<void> gather() {
    const int columns = m_bench.config().modelDim;
    const TensorView input = floats(columns);
    const TensorView output = floats(columns);
    std::vector<std::int32_t> order;
    for (int row = m_rows - 1; row >= 0; --row) order.push_back(row);
    const std::int32_t* const rows = m_memory.integers(order);
    return measure("gather-rows", columnsText(columns), 2.0 * static_cast<double>(input.bytes()),
                   [=](Stream& stream, Device& device) {
                     device.gatherRows(stream, {.input = input, .rows = rows, .output = output});
                   });
  }

  /// Writes the newest token of as many sequences, or a chunk of one: to the op they are the same.
  Result<void> store() {
    const ModelConfig& config = m_bench.config();
    const int pageTokens = m_bench.options().pageTokens;
    const int pages = (m_rows + pageTokens - 1) / pageTokens;
    const OpPool pool(m_memory, m_bench.options().kvType, 1, pages, config.kvHeads, pageTokens,
                      config.headDim, pages);
    QueryWindow window{nullptr, DataType::F32, 1, m_rows, kWindowTokens, config.queryHeads, config.headDim};
    window.queries = static_cast<std::byte*>(
        m_memory.zeros(static_cast<std::size_t>(m_rows) * kWindowTokens * window.rowBytes()));
    StoreKeyValueArguments store;
    store.queries = floats(config.queryDim());
    store.keys = floats(config.kvDim());
    store.values = floats(config.kvDim());
    if (config.queryKeyNorm) {
      store.queryGain = m_memory.matrix(DataType::F32, 1, config.headDim);
      store.keyGain = m_memory.matrix(DataType::F32, 1, config.headDim);
    }
    store.rope = {.inverseFrequencies = m_memory.floats(
                      inverseFrequencies(config.ropeBase, config.ropeDimensions, config.ropeScaling)),
                  .dimensions = config.ropeDimensions,
                  .style = config.ropeStyle};
    store.kv = pool.kv;
    store.window = window;
    store.batch = batchOver(pool);
    const double written =
        2.0 * m_rows * config.kvHeads * static_cast<double>(bytesOf(pool.kv.type, config.headDim));
    // Queries are read and written in place, and once more into the window.
    const double bytes = 3.0 * static_cast<double>(store.queries.bytes()) +
                         static_cast<double>(store.keys.bytes() + store.values.bytes()) + written;
    return measure("store-key-value", rowsText(m_rows) + ", " + layoutOf(pool.kv.type).name, bytes,
                   [=](Stream& stream, Device& device) { device.storeKeyValue(stream, store); });
  }

  /// `spread`: of the logits, the standard deviation; 0: all within four of each other.
  Result<void> sample(const SamplingRow& row, float spread, const std::string& how) {
    const int vocabulary = m_bench.config().vocabularySize;
    const TensorView logits = spread > 0.0F ? normals(vocabulary, spread) : floats(vocabulary);
    const std::vector<SamplingRow> rows(static_cast<std::size_t>(m_rows), row);
    std::vector<std::int32_t> words((rows.size() * sizeof(SamplingRow) + 3) / 4);
    std::copy_n(reinterpret_cast<const std::int32_t*>(rows.data()), words.size(), words.data());
    const auto* const settings = reinterpret_cast<const SamplingRow*>(m_memory.integers(words));
    std::int32_t* const tokens = m_memory.integers(std::vector<std::int32_t>(rows.size()));
    return measure("sample", rowsText(m_rows) + " of " + std::to_string(vocabulary) + ", " + how,
                   static_cast<double>(logits.bytes()), [=](Stream& stream, Device& device) {
                     device.sample(stream, {.logits = logits, .rows = settings, .tokens = tokens});
                   });
  }

 private:
  TensorView floats(int columns) { return m_memory.matrix(DataType::F32, m_rows, columns); }
  TensorView normals(int columns, float spread) {
    std::mt19937 random(7);
    std::normal_distribution<float> distribution(0.0F, spread);
    std::vector<float> numbers(static_cast<std::size_t>(columns));
    for (float& number : numbers) number = distribution(random);
    for (int row = 1; row < m_rows; ++row)
      numbers.insert(numbers.end(), numbers.begin(), numbers.begin() + columns);
    return {m_memory.floats(numbers), DataType::F32, m_rows, columns};
  }
  std::string columnsText(int columns) const { return rowsText(m_rows) + " of " + std::to_string(columns); }

  PagedBatch batchOver(const OpPool& pool) {
    std::vector<std::int32_t> positions, slots, queryRows;
    for (int t = 0; t < m_rows; ++t) {
      positions.push_back(t);
      slots.push_back(pool.pages[static_cast<std::size_t>(t / pool.kv.pageTokens)] * pool.kv.pageTokens +
                      t % pool.kv.pageTokens);
      queryRows.push_back(t * kWindowTokens + t % kWindowTokens);
    }
    PagedBatch batch;
    batch.numTokens = m_rows;
    batch.numSequences = 1;
    batch.maxPages = pool.kv.numPages;
    batch.positions = m_memory.integers(positions);
    batch.targetSlots = m_memory.integers(slots);
    batch.queryRows = m_memory.integers(queryRows);
    batch.queryStart = m_memory.integers({0, m_rows});
    batch.physical = m_memory.integers({m_rows});
    batch.pageTables = m_memory.integers(pool.pages);
    return batch;
  }

  template <typename Enqueue>
  Result<void> measure(const std::string& op, const std::string& shape, double bytes,
                       const Enqueue& enqueue) {
    if (auto room = m_memory.check(); !room) return room;
    Device& device = m_bench.device();
    return m_bench.measure({op, shape, bytes, 0.0, [&](Stream& stream, int) { enqueue(stream, device); }});
  }

  OpBench& m_bench;
  OpMemory m_memory;
  int m_rows;
};

}  // namespace

Result<void> measureElementOps(OpBench& bench) {
  SamplingRow usual;
  usual.temperature = 0.6F;
  usual.topK = 20;
  usual.topP = 0.95F;
  usual.seed = 1;
  SamplingRow nucleus = usual;
  nucleus.topK = 0;
  SamplingRow unfiltered = nucleus;
  unfiltered.topP = 1.0F;
  using Measure = std::function<Result<void>(ElementOps&)>;
  const std::pair<const char*, Measure> all[] = {
      {"rms-norm", &ElementOps::norm},
      {"silu-multiply", &ElementOps::silu},
      {"gather-rows", &ElementOps::gather},
      {"store-key-value", &ElementOps::store},
      {"sample", [&](ElementOps& ops) { return ops.sample({}, kPeakedSpread, "the likeliest"); }},
      {"sample", [&](ElementOps& ops) { return ops.sample(unfiltered, kPeakedSpread, "any"); }},
      {"sample", [&](ElementOps& ops) { return ops.sample(usual, kPeakedSpread, "top-k 20, top-p 0.95"); }},
      {"sample", [&](ElementOps& ops) { return ops.sample(nucleus, kPeakedSpread, "top-p 0.95"); }},
      {"sample", [&](ElementOps& ops) { return ops.sample(nucleus, 0.0F, "top-p 0.95 of flat logits"); }}};
  for (const auto& [op, measure] : all) {
    for (const int rows : kElementRows) {
      if (!bench.wants(op)) continue;
      ElementOps ops(bench, rows);
      if (auto measured = measure(ops); !measured) return measured;
    }
  }
  return {};
}

}  // namespace zipage
