// The ops of a compression: one sequence of budget and period, all layers and KV heads at once.
#include <algorithm>
#include <cmath>

#include "app/cli/bench/op_bench.h"
#include "app/cli/bench/op_memory.h"
#include "engine/cache/compression_settings.h"

namespace zipage {

namespace {

class CompressionOps {
 public:
  explicit CompressionOps(OpBench& bench)
      : m_bench(bench),
        m_memory(bench.device()),
        m_config(bench.config()),
        m_numEntries(m_settings.capacityTokens()),
        m_pagesEach(m_numEntries / bench.options().pageTokens),
        m_sequences(copiesBeyondCaches(cacheBytes(), 64)),
        m_pool(m_memory, bench.options().kvType, m_config.numLayers, m_pagesEach * m_sequences,
               m_config.kvHeads, bench.options().pageTokens, m_config.headDim, m_pagesEach),
        m_tables(m_memory.integers(m_pool.pages)) {
    const std::size_t count = heads() * static_cast<std::size_t>(m_numEntries);
    for (float** each : {&m_attention, &m_global, &m_pooled, &m_redundancy, &m_scores})
      *each = static_cast<float*>(m_memory.numbers(DataType::F32, count));
    m_kept = static_cast<std::int32_t*>(
        m_memory.zeros(heads() * static_cast<std::size_t>(keep()) * sizeof(std::int32_t)));
    m_cut = static_cast<float*>(m_memory.zeros(heads() * sizeof(float)));
    m_protected = static_cast<std::uint8_t*>(m_memory.zeros(static_cast<std::size_t>(m_numEntries)));
    m_window = {nullptr,       DataType::F32,       m_config.numLayers, 1,
                kWindowTokens, m_config.queryHeads, m_config.headDim};
    m_window.queries = static_cast<std::byte*>(m_memory.numbers(
        DataType::F32, static_cast<std::size_t>(m_config.numLayers) * kWindowTokens * m_config.queryDim()));
    m_frequencies =
        m_memory.floats(inverseFrequencies(m_config.ropeBase, m_config.ropeDimensions, m_config.ropeScaling));
  }

  Result<void> measureAll() {
    if (auto room = m_memory.check(); !room) return room;
    for (const auto measure :
         {&CompressionOps::windowScores, &CompressionOps::fuseScores, &CompressionOps::redundancy,
          &CompressionOps::selectEntries, &CompressionOps::compactPages}) {
      if (auto done = (this->*measure)(); !done) return done;
    }
    return {};
  }

 private:
  std::size_t heads() const { return static_cast<std::size_t>(m_config.numLayers) * m_config.kvHeads; }
  int keep() const { return m_settings.budgetTokens; }
  double floatBytes() const { return static_cast<double>(heads()) * m_numEntries * sizeof(float); }
  /// Keys and values of `entries` of one sequence in all layers.
  double cacheBytes(double entries) const {
    return 2.0 * static_cast<double>(heads()) * entries *
           static_cast<double>(bytesOf(m_bench.options().kvType, m_config.headDim));
  }
  double cacheBytes() const { return cacheBytes(m_numEntries); }
  std::string shape() const {
    return std::to_string(m_numEntries) + " entries, " + std::to_string(heads()) + " heads, " +
           layoutOf(m_bench.options().kvType).name;
  }
  SequenceEntries sequence(int number) const {
    return {m_pool.kv, m_tables + static_cast<std::ptrdiff_t>(number % m_sequences) * m_pagesEach,
            m_numEntries};
  }

  Result<void> windowScores() {
    const double windowBytes =
        static_cast<double>(m_config.numLayers) * kWindowTokens * static_cast<double>(m_window.rowBytes());
    return m_bench.measure({"window-scores", shape(), cacheBytes() / 2.0 + windowBytes + floatBytes(),
                            2.0 * kWindowTokens * m_config.numLayers * m_config.queryDim() * m_numEntries,
                            [&](Stream& stream, int number) {
                              m_bench.device().windowScores(
                                  stream, {.entries = sequence(number),
                                           .window = m_window,
                                           .querySlot = 0,
                                           .numRows = kWindowTokens,
                                           .lastPosition = m_numEntries - 1,
                                           .scale = 1.0F / std::sqrt(static_cast<float>(m_config.headDim)),
                                           .attention = m_attention});
                            }});
  }

  Result<void> fuseScores() {
    return m_bench.measure({"fuse-scores", shape(), 3.0 * floatBytes(), 0.0, [&](Stream& stream, int number) {
                              m_bench.device().fuseScores(stream, {.entries = sequence(number),
                                                                   .attention = m_attention,
                                                                   .numScored = 0,
                                                                   .decay = m_settings.decay,
                                                                   .poolKernel = m_settings.poolKernel,
                                                                   .global = m_global,
                                                                   .pooled = m_pooled});
                            }});
  }

  Result<void> redundancy() {
    // Each pair of keys of a segment once.
    const Segments segments{m_numEntries, m_settings.segmentTokens, m_settings.evenSegments};
    double pairs = 0.0;
    for (int i = 0; i < segments.count(); ++i) {
      const double length = segments.start(i + 1) - segments.start(i);
      pairs += length * length / 2.0;
    }
    const double flops = 2.0 * pairs * static_cast<double>(heads()) * m_config.headDim;
    return m_bench.measure(
        {"redundancy", shape(), cacheBytes() / 2.0 + floatBytes(), flops, [&](Stream& stream, int number) {
           m_bench.device().redundancy(stream, {.entries = sequence(number),
                                                .rope = {.inverseFrequencies = m_frequencies,
                                                         .dimensions = m_config.ropeDimensions,
                                                         .style = m_config.ropeStyle},
                                                .positionFree = m_settings.positionFreeKeys,
                                                .segmentTokens = m_settings.segmentTokens,
                                                .evenSegments = m_settings.evenSegments,
                                                .similarityThreshold = m_settings.similarityThreshold,
                                                .temperature = m_settings.redundancyTemperature,
                                                .repeatWeight = m_settings.repeatWeight,
                                                .redundancy = m_redundancy});
         }});
  }

  void enqueueSelection(Stream& stream) {
    m_bench.device().selectEntries(stream, {.numLayers = m_config.numLayers,
                                            .kvHeads = m_config.kvHeads,
                                            .numEntries = m_numEntries,
                                            .pooled = m_pooled,
                                            .redundancy = m_redundancy,
                                            .protectedEntries = m_protected,
                                            .weight = m_settings.redundancyWeight,
                                            .keep = keep(),
                                            .scores = m_scores,
                                            .kept = m_kept,
                                            .cut = m_cut});
  }

  Result<void> selectEntries() {
    const double keptBytes = static_cast<double>(heads()) * keep() * sizeof(std::int32_t);
    return m_bench.measure({"select-entries", shape(), 3.0 * floatBytes() + keptBytes, 0.0,
                            [&](Stream& stream, int) { enqueueSelection(stream); }});
  }

  Result<void> compactPages() {
    const auto stream = m_bench.device().createStream();
    enqueueSelection(*stream);
    if (auto done = m_bench.device().synchronize(*stream); !done)
      return failure(ErrorCode::Device, done.error().message);
    // Keys and values, position and score of what is kept are read and written, and its number is read.
    const double bytes =
        2.0 * cacheBytes(keep()) + 5.0 * sizeof(float) * static_cast<double>(heads()) * keep();
    return m_bench.measure({"compact-pages", shape(), bytes, 0.0, [&](Stream& on, int number) {
                              const SequenceEntries entries = sequence(number);
                              m_bench.device().compactPages(on, {.entries = entries,
                                                                 .targetTable = entries.pageTable,
                                                                 .kept = m_kept,
                                                                 .keep = keep(),
                                                                 .global = m_global,
                                                                 .isAscending = true});
                            }});
  }

  OpBench& m_bench;
  OpMemory m_memory;
  ModelConfig m_config;
  CompressionSettings m_settings;  // the default preset
  int m_numEntries;
  int m_pagesEach;
  int m_sequences;  // taken in turn
  OpPool m_pool;
  const std::int32_t* m_tables;  // [sequences, pagesEach]
  QueryWindow m_window;
  const float* m_frequencies = nullptr;
  float *m_attention = nullptr, *m_global = nullptr, *m_pooled = nullptr, *m_redundancy = nullptr,
        *m_scores = nullptr, *m_cut = nullptr;
  std::int32_t* m_kept = nullptr;
  std::uint8_t* m_protected = nullptr;
};

}  // namespace

Result<void> measureCompressionOps(OpBench& bench) {
  const bool isWanted =
      std::ranges::any_of(std::initializer_list<const char*>{"window-scores", "fuse-scores", "redundancy",
                                                             "select-entries", "compact-pages"},
                          [&](const char* op) { return bench.wants(op); });
  return isWanted ? CompressionOps(bench).measureAll() : Result<void>{};
}

}  // namespace zipage
