// Attention over pages: one token of many sequences, and the chunk of a prompt.
#include <algorithm>
#include <cmath>

#include "app/cli/bench/op_bench.h"
#include "app/cli/bench/op_memory.h"

namespace zipage {

namespace {

constexpr int kSequences[] = {1, 16, 64};
constexpr int kContexts[] = {2048, 8192};
struct Chunk {
  int tokens;
  int entries;  // those of the chunk included
};
constexpr Chunk kChunks[] = {{512, 512}, {512, 8192}, {2048, 2048}, {2048, 8192}};

/// Sequences of equal length over a pool of their own, each with its newest tokens in the batch.
class AttentionCase {
 public:
  AttentionCase(OpBench& bench, int sequences, int tokens, int entries)
      : m_bench(bench),
        m_memory(bench.device()),
        m_sequences(sequences),
        m_tokens(tokens),
        m_entries(entries),
        m_pagesEach((entries + bench.options().pageTokens - 1) / bench.options().pageTokens),
        m_layers(copiesBeyondCaches(cacheBytes(), bench.config().numLayers)),
        m_pool(m_memory, bench.options().kvType, m_layers, m_pagesEach * sequences, bench.config().kvHeads,
               bench.options().pageTokens, bench.config().headDim, m_pagesEach) {}

  Result<void> measure(const std::string& op, const std::string& shape) {
    const ModelConfig& config = m_bench.config();
    const DataType type = m_bench.device().info().activationType;
    const int rows = m_sequences * m_tokens;
    const TensorView queries = m_memory.matrix(DataType::F32, rows, config.queryDim());
    const TensorView output = m_memory.matrix(type, rows, config.queryDim());
    const PagedBatch batch = makeBatch();
    if (auto room = m_memory.check(); !room) return room;
    const double seen = static_cast<double>(m_sequences) * m_tokens * (m_entries - (m_tokens - 1) / 2.0);
    return m_bench.measure({op, shape, cacheBytes() + static_cast<double>(queries.bytes() + output.bytes()),
                            4.0 * config.queryDim() * seen, [&](Stream& stream, int number) {
                              m_bench.device().pagedAttention(
                                  stream, {.queries = queries,
                                           .scale = 1.0F / std::sqrt(static_cast<float>(config.headDim)),
                                           .layer = number % m_layers,
                                           .queryHeads = config.queryHeads,
                                           .batch = batch,
                                           .kv = m_pool.kv,
                                           .output = output});
                            }});
  }

 private:
  /// Keys and values of all sequences in one layer.
  double cacheBytes() const {
    const ModelConfig& config = m_bench.config();
    return 2.0 * m_sequences * m_entries * config.kvHeads *
           static_cast<double>(bytesOf(m_bench.options().kvType, config.headDim));
  }

  PagedBatch makeBatch() {
    std::vector<std::int32_t> tokenIds, positions, slots, queryRows, physical;
    std::vector<std::int32_t> queryStart = {0};
    const int pageTokens = m_bench.options().pageTokens;
    for (int s = 0; s < m_sequences; ++s) {
      for (int entry = m_entries - m_tokens; entry < m_entries; ++entry) {
        tokenIds.push_back(0);
        positions.push_back(entry);
        const auto page = static_cast<std::size_t>(s * m_pagesEach + entry / pageTokens);
        slots.push_back(m_pool.pages[page] * pageTokens + entry % pageTokens);
        queryRows.push_back(-1);
      }
      queryStart.push_back(static_cast<std::int32_t>(tokenIds.size()));
      physical.push_back(m_entries);
    }
    PagedBatch batch;
    batch.numTokens = static_cast<int>(tokenIds.size());
    batch.numSequences = m_sequences;
    batch.maxPages = m_pagesEach;
    batch.tokenIds = m_memory.integers(tokenIds);
    batch.positions = m_memory.integers(positions);
    batch.targetSlots = m_memory.integers(slots);
    batch.queryRows = m_memory.integers(queryRows);
    batch.queryStart = m_memory.integers(queryStart);
    batch.physical = m_memory.integers(physical);
    batch.pageTables = m_memory.integers(m_pool.pages);
    return batch;
  }

  OpBench& m_bench;
  OpMemory m_memory;
  int m_sequences;
  int m_tokens;
  int m_entries;
  int m_pagesEach;
  int m_layers;  // taken in turn
  OpPool m_pool;
};

Result<void> measureCase(OpBench& bench, const std::string& op, const std::string& shape, int sequences,
                         int tokens, int entries) {
  if (!bench.wants(op, shape)) return {};
  auto measured = AttentionCase(bench, sequences, tokens, entries).measure(op, shape);
  if (measured || measured.error().code != ErrorCode::OutOfMemory) return measured;
  bench.skip(op, shape, measured.error().message);
  return {};
}

}  // namespace

Result<void> measureAttention(OpBench& bench) {
  for (const int sequences : kSequences) {
    for (const int entries : kContexts) {
      const std::string shape = std::to_string(sequences) +
                                (sequences == 1 ? " sequence of " : " sequences of ") +
                                std::to_string(entries) + ", " + layoutOf(bench.options().kvType).name;
      if (auto done = measureCase(bench, "decode-attention", shape, sequences, 1, entries); !done)
        return done;
    }
  }
  for (const auto& [tokens, entries] : kChunks) {
    const std::string shape = std::to_string(tokens) + " tokens, " + std::to_string(entries) + " entries, " +
                              layoutOf(bench.options().kvType).name;
    if (auto done = measureCase(bench, "prefill-attention", shape, 1, tokens, entries); !done) return done;
  }
  return {};
}

}  // namespace zipage
