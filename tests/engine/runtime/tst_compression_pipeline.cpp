// Compressions of one sequence, one after the other, through the whole pipeline: what is kept, moved and
// remembered, against float64, and against the CPU where the tests run on another device.
#include <QTest>
#include <set>

#include "engine/runtime/compression_pipeline.h"
#include "tests/kernels/kernel_test_support.h"
#include "tests/support/compression_oracle.h"

using namespace zipage;
using namespace zipage::test;

namespace {

constexpr int kLayers = 2, kQuerySlot = 1;

struct Shape {
  DataType type = DataType::F32;
  int kvHeads = 2;
  int group = 2;  // query heads of a KV head
  int headDim = 64;
  int pageTokens = 16;
  int windowTokens = 7;

  int heads() const { return kLayers * kvHeads; }
};

/// A sequence in host memory as the pool has it, and in float64 as the definition wants it.
class GrowingSequence {
 public:
  GrowingSequence(const Shape& shape, int numPages)
      : shape(shape),
        pool(shape.type, kLayers, numPages, shape.kvHeads, shape.pageTokens, shape.headDim),
        window{nullptr,      DataType::F32, kLayers, 2, shape.windowTokens, shape.group * shape.kvHeads,
               shape.headDim},
        entries(static_cast<std::size_t>(shape.heads())) {
    for (int i = 0; i < shape.headDim / 2; ++i)
      rotation.frequencies.push_back(static_cast<float>(std::pow(10000.0, -2.0 * i / shape.headDim)));
    queries.assign(window.rowBytes() * static_cast<std::size_t>(2 * kLayers * shape.windowTokens),
                   std::byte{0xFF});
    window.queries = queries.data();
    table = random.permutation(numPages);
    for (int i = 0; i < 9; ++i) m_families.push_back(random.normals(static_cast<std::size_t>(shape.headDim)));
  }

  int numEntries() const { return static_cast<int>(entries.front().size()); }

  /// The next `count` tokens: keys of few families, so that many say the same at different places.
  void grow(int count) {
    for (; count > 0; --count, ++length) {
      for (int head = 0; head < shape.heads(); ++head) write(head / shape.kvHeads, head % shape.kvHeads);
      for (int layer = 0; layer < kLayers; ++layer) {
        std::byte* row = window.row(layer, kQuerySlot, length % shape.windowTokens);
        auto query = random.normals(static_cast<std::size_t>(window.queryHeads * shape.headDim));
        for (float& x : query) x *= 2.0F;
        std::memcpy(row, query.data(), window.rowBytes());
      }
    }
  }

  std::vector<OracleQueries> windowOf(int layer, int head) const {
    std::vector<OracleQueries> rows;
    for (int position = length - shape.windowTokens; position < length; ++position) {
      OracleQueries& row = rows.emplace_back();
      row.position = position;
      const std::byte* stored = window.row(layer, kQuerySlot, position % shape.windowTokens);
      for (int h = head * shape.group; h < (head + 1) * shape.group; ++h)
        row.heads.push_back(decode(DataType::F32,
                                   stored + static_cast<std::size_t>(h * shape.headDim) * sizeof(float),
                                   static_cast<std::size_t>(shape.headDim)));
    }
    return rows;
  }

  Shape shape;
  Random random{5};
  TestPool pool;
  QueryWindow window;
  std::vector<std::byte> queries;
  OracleRotation rotation;
  std::vector<std::int32_t> table;                // all pages of the pool, those of the sequence first
  std::vector<std::vector<OracleEntry>> entries;  // [layer · kvHeads + head]
  int length = 0;                                 // of the text
  int numScored = 0;

 private:
  void write(int layer, int head) {
    auto key = m_families[static_cast<std::size_t>(random.below(9))];
    for (float& x : key) x += 0.4F * random.normal();
    const Row rotated = turnedBy(length, Row(key.begin(), key.end()), rotation);
    const auto value = random.normals(key.size());
    auto& held = entries[static_cast<std::size_t>(layer * shape.kvHeads + head)];
    const int place = static_cast<int>(held.size());
    pool.write(layer, head, table, place, std::vector<float>(rotated.begin(), rotated.end()), value, length);
    held.push_back({length, pool.key(layer, head, table, place), pool.value(layer, head, table, place), 0.0});
  }

  std::vector<std::vector<float>> m_families;
};

/// The pipeline on one device, over a pool that is filled from a GrowingSequence.
class Bed {
 public:
  Bed(Device& device, const GrowingSequence& sequence)
      : m_device(device), m_stream(device.createStream()), m_kv(sequence.pool.kv), m_window(sequence.window) {
    m_entries = take(sequence.pool.entries.size());
    m_positions = take(sequence.pool.positions.size() * sizeof(std::int32_t));
    m_scores = take(sequence.pool.scores.size() * sizeof(float));
    m_queries = take(sequence.queries.size());
    m_frequencies = take(sequence.rotation.frequencies.size() * sizeof(float));
    m_kv.entries = m_entries.as<std::byte>();
    m_kv.positions = m_positions.as<std::int32_t>();
    m_kv.scores = m_scores.as<float>();
    m_window.queries = m_queries.as<std::byte>();
    upload(m_frequencies, sequence.rotation.frequencies);
    const Rope rope{.inverseFrequencies = m_frequencies.as<float>(), .style = sequence.rotation.style};
    const float scale = 1.0F / std::sqrt(static_cast<float>(m_kv.headDim));
    auto made =
        CompressionPipeline::create(device, m_kv, m_window, rope, scale, m_kv.numPages * m_kv.pageTokens);
    if (!made) qFatal("%s", made.error().message.c_str());
    m_pipeline = std::make_unique<CompressionPipeline>(std::move(*made));
  }

  void compress(const GrowingSequence& sequence, const CompressionPlan& plan) {
    upload(m_entries, sequence.pool.entries);
    upload(m_positions, sequence.pool.positions);
    upload(m_scores, sequence.pool.scores);
    upload(m_queries, sequence.queries);
    m_pipeline->run(*m_stream, plan);
    synchronize();
  }
  void bringBack(TestPool& pool) {
    download(pool.entries, m_entries);
    download(pool.positions, m_positions);
    download(pool.scores, m_scores);
    synchronize();
  }
  /// The tokens that each head kept: [heads][keep].
  std::vector<std::vector<std::int32_t>> heldTokens(const CompressionPlan& plan) {
    std::vector<std::int32_t> positions(m_kv.slotIndex(m_kv.numLayers, 0, 0));
    download(positions, m_positions);
    synchronize();
    std::vector<std::vector<std::int32_t>> held;
    for (int layer = 0; layer < m_kv.numLayers; ++layer) {
      for (int head = 0; head < m_kv.kvHeads; ++head) {
        auto& tokens = held.emplace_back();
        for (int j = 0; j < plan.keep; ++j) {
          const PageIndex page = plan.targetPages[static_cast<std::size_t>(j / m_kv.pageTokens)];
          tokens.push_back(
              positions[m_kv.slotIndex(layer, page, head) + static_cast<std::size_t>(j % m_kv.pageTokens)]);
        }
      }
    }
    return held;
  }

 private:
  DeviceBuffer take(std::size_t bytes) {
    auto buffer = m_device.allocate(bytes);
    if (!buffer) qFatal("%s", buffer.error().message.c_str());
    return std::move(*buffer);
  }
  template <typename T>
  void upload(const DeviceBuffer& target, const std::vector<T>& values) {
    m_device.copyToDevice(*m_stream, target.data(), values.data(), values.size() * sizeof(T));
  }
  template <typename T>
  void download(std::vector<T>& values, const DeviceBuffer& source) {
    m_device.copyToHost(*m_stream, values.data(), source.data(), values.size() * sizeof(T));
  }
  void synchronize() {
    if (auto done = m_device.synchronize(*m_stream); !done) qFatal("%s", done.error().message.c_str());
  }

  Device& m_device;
  std::unique_ptr<Stream> m_stream;
  PagedKv m_kv;
  QueryWindow m_window;
  DeviceBuffer m_entries, m_positions, m_scores, m_queries, m_frequencies;
  std::unique_ptr<CompressionPipeline> m_pipeline;
};

/// What the definition says of one head: the score of every entry, and the running score that stays with it.
struct Expected {
  Row scores, global;
};

Expected expectedOf(const GrowingSequence& sequence, const CompressionSettings& settings, int head) {
  const auto& entries = sequence.entries[static_cast<std::size_t>(head)];
  const int kvHeads = sequence.shape.kvHeads;
  Expected expected;
  const Row attention = oracleAttention(entries, sequence.windowOf(head / kvHeads, head % kvHeads));
  expected.global = oracleGlobal(attention, entries, sequence.numScored, settings.decay);
  const Row pooled =
      sequence.numScored == 0 ? oraclePooled(expected.global, settings.poolKernel) : expected.global;
  const Row redundancy =
      oracleRedundancy(entries,
                       {settings.positionFreeKeys, settings.segmentTokens, settings.evenSegments,
                        settings.similarityThreshold, settings.redundancyTemperature, settings.repeatWeight},
                       sequence.rotation);
  const double weight = settings.redundancyWeight;
  for (std::size_t j = 0; j < entries.size(); ++j)
    expected.scores.push_back(weight * pooled[j] - (1.0 - weight) * redundancy[j]);
  return expected;
}

/// The newest and the sinks stay whatever their score.
void protect(Row& scores, const CompressionSettings& settings, int windowTokens) {
  const int recent = std::max(windowTokens, std::min(settings.recentTokens, settings.budgetTokens / 4));
  std::fill_n(scores.rbegin(), recent, kInfinity);
  std::fill_n(scores.begin(), settings.sinkTokens, kInfinity);
}

std::vector<std::int32_t> placesOf(const std::vector<std::int32_t>& tokens,
                                   const std::vector<OracleEntry>& entries) {
  std::vector<std::int32_t> places;
  for (const std::int32_t token : tokens) {
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [token](const OracleEntry& entry) { return entry.position == token; });
    places.push_back(found == entries.end() ? -1 : static_cast<std::int32_t>(found - entries.begin()));
  }
  return places;
}

}  // namespace

class TestCompressionPipeline : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Invariant 6: three compressions in a row, the second into other pages.
  void whatIsKeptIsWhatFloat64Keeps_data() {
    QTest::addColumn<QByteArray>("preset");
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("kvHeads");
    QTest::addColumn<int>("group");
    QTest::addColumn<int>("headDim");
    QTest::addColumn<int>("pageTokens");
    QTest::addColumn<int>("pagesKept");
    const char* const presets[] = {"zipage-plus", "zipage", "attention"};
    const DataType types[] = {DataType::F32, DataType::F16, DataType::BF16};
    int row = 0;
    for (const int headDim : {64, 80, 96, 128, 256}) {
      for (const int pageTokens : {16, 32, 64, 128, 256}) {
        const bool isLarge = headDim * pageTokens > 128 * 64;
        if (isLarge && headDim != 64 && pageTokens != 16) continue;
        const int kept = std::max(1, 96 / pageTokens);
        QTest::addRow("%s, %s, group of %d, head of %d, pages of %d", presets[row % 3],
                      layoutOf(types[row / 2 % 3]).name, 1 + row % 8, headDim, pageTokens)
            << QByteArray(presets[row % 3]) << static_cast<int>(types[row / 2 % 3]) << 1 + row % 3
            << 1 + row % 8 << headDim << pageTokens << kept;
        ++row;
      }
    }
  }

  void whatIsKeptIsWhatFloat64Keeps() {
    QFETCH(QByteArray, preset);
    QFETCH(int, type);
    QFETCH(int, kvHeads);
    QFETCH(int, group);
    QFETCH(int, headDim);
    QFETCH(int, pageTokens);
    QFETCH(int, pagesKept);
    CompressionSettings settings = *compressionPreset(preset.constData());
    settings.budgetTokens = pagesKept * pageTokens;
    settings.periodTokens = pageTokens;
    settings.sinkTokens = 2;
    compressThrice({static_cast<DataType>(type), kvHeads, group, headDim, pageTokens, 7}, settings);
  }

  // Invariant 10: λ 1, no running score, no pooling: the window's attention alone decides, as in SnapKV.
  void withoutTheOtherScoresItIsPlainWindowAttention() {
    CompressionSettings settings;
    settings.budgetTokens = 96;
    settings.periodTokens = 64;
    settings.redundancyWeight = 1.0F;
    settings.decay = 0.0F;
    settings.poolKernel = 1;
    settings.recentTokens = 0;
    GrowingSequence sequence({DataType::BF16, 2, 4, 64, 16, 7}, 14);
    Bed bed(*m_device, sequence);
    sequence.grow(160);
    const CompressionPlan plan = planOf(sequence, settings, 0);
    bed.compress(sequence, plan);
    const auto held = bed.heldTokens(plan);
    std::set<std::vector<std::int32_t>> distinct;
    for (int head = 0; head < sequence.shape.heads(); ++head) {
      const auto& entries = sequence.entries[static_cast<std::size_t>(head)];
      Row attention = oracleAttention(entries, sequence.windowOf(head / 2, head % 2));
      std::fill_n(attention.rbegin(), 7, kInfinity);  // the window itself
      QVERIFY(sameButForTheCut(placesOf(held[static_cast<std::size_t>(head)], entries),
                               oracleBest(attention, 96), attention));
      distinct.insert(held[static_cast<std::size_t>(head)]);
    }
    QCOMPARE(distinct.size(), std::size_t{4});  // each head by its own queries
  }

  void everyHeadKeepsThePinnedTokensThatItHolds_data() {
    QTest::addColumn<float>("weight");
    for (const float weight : {0.0F, 0.2F, 1.0F}) QTest::addRow("%g", weight) << weight;
  }

  void everyHeadKeepsThePinnedTokensThatItHolds() {
    QFETCH(float, weight);
    CompressionSettings settings;
    settings.budgetTokens = 64;
    settings.periodTokens = 64;
    settings.redundancyWeight = weight;
    GrowingSequence sequence({DataType::F32, 2, 2, 64, 16, 7}, 11);
    Bed bed(*m_device, sequence);
    sequence.grow(128);
    CompressionPlan plan = planOf(sequence, settings, 0);
    bed.compress(sequence, plan);
    const auto plain = bed.heldTokens(plan);
    // What the first head lets go of, all keep now.
    std::vector<std::int32_t> pinned;
    for (std::int32_t token = 0; pinned.size() < 5; ++token) {
      if (std::find(plain[0].begin(), plain[0].end(), token) == plain[0].end()) pinned.push_back(token);
    }
    plan.pinnedTokens = pinned;
    bed.compress(sequence, plan);
    for (const auto& held : bed.heldTokens(plan)) {
      QCOMPARE(held.size(), std::size_t{64});
      QVERIFY(std::includes(held.begin(), held.end(), pinned.begin(), pinned.end()));
    }
  }

 private:
  const std::unique_ptr<Device> m_device = openTestDevice(3);
  const std::unique_ptr<Device> m_reference = std::move(*openDevice("cpu", DeviceOptions{.numThreads = 1}));

  static CompressionPlan planOf(const GrowingSequence& sequence, const CompressionSettings& settings,
                                int round) {
    CompressionPlan plan;
    plan.numEntries = sequence.numEntries();
    plan.keep = settings.budgetTokens;
    plan.numScored = sequence.numScored;
    plan.isFirst = sequence.numScored == 0;
    plan.querySlot = kQuerySlot;
    plan.lastPosition = sequence.length - 1;
    plan.settings = settings;
    Row protectedScores(static_cast<std::size_t>(plan.numEntries), 0.0);
    protect(protectedScores, settings, sequence.shape.windowTokens);
    for (const double score : protectedScores) plan.protectedEntries.push_back(score > 0.0 ? 1 : 0);
    const auto& table = sequence.table;
    const int sources = pagesFor(plan.numEntries, sequence.shape.pageTokens);
    const int targets = plan.keep / sequence.shape.pageTokens;
    plan.sourcePages.assign(table.begin(), table.begin() + sources);
    plan.targetPages.assign(table.begin(), table.begin() + targets);
    // Into a fresh page first, and what is left of the own ones in another order.
    if (round == 1) {
      plan.targetPages.front() = table[static_cast<std::size_t>(sources)];
      std::reverse(plan.targetPages.begin() + 1, plan.targetPages.end());
    }
    plan.record = std::make_shared<CompressionRecord>();
    plan.record->isWhole = true;
    return plan;
  }

  void compressThrice(const Shape& shape, const CompressionSettings& settings) {
    GrowingSequence sequence(shape, settings.capacityTokens() / shape.pageTokens + 3);
    Bed bed(*m_device, sequence), reference(*m_reference, sequence);
    for (int round = 0; round < 3; ++round) {
      sequence.grow(settings.capacityTokens() - sequence.numEntries());
      CompressionPlan plan = planOf(sequence, settings, round);
      bed.compress(sequence, plan);
      const auto held = bed.heldTokens(plan);
      const CompressionRecord record = *plan.record;
      *plan.record = {};
      reference.compress(sequence, plan);
      const auto heldByReference = reference.heldTokens(plan);
      reference.bringBack(sequence.pool);
      for (int head = 0; head < shape.heads(); ++head) {
        const auto at = static_cast<std::size_t>(head);
        const auto& entries = sequence.entries[at];
        Expected expected = expectedOf(sequence, settings, head);
        checkRecord(record, entries, expected, head);
        if (QTest::currentTestFailed()) return;
        protect(expected.scores, settings, shape.windowTokens);
        const auto best = oracleBest(expected.scores, plan.keep);
        QVERIFY(sameButForTheCut(placesOf(held[at], entries), best, expected.scores));
        QVERIFY(sameButForTheCut(placesOf(heldByReference[at], entries), best, expected.scores));
        if (runsOnCpu()) QCOMPARE(held[at], heldByReference[at]);  // whatever the number of threads
        follow(sequence, plan, expected, heldByReference[at], head);
        if (QTest::currentTestFailed()) return;
      }
      sequence.numScored = plan.keep;
      bringToFront(sequence.table, plan.targetPages);
    }
  }

  static void checkRecord(const CompressionRecord& record, const std::vector<OracleEntry>& entries,
                          const Expected& expected, int head) {
    QCOMPARE(record.numEntries, static_cast<int>(entries.size()));
    const std::size_t first = static_cast<std::size_t>(head) * entries.size();
    for (std::size_t j = 0; j < entries.size(); ++j) {
      QCOMPARE(record.positions[first + j], entries[j].position);
      QVERIFY(std::abs(record.global[first + j] - expected.global[j]) < 1e-5);
      const double score =
          record.weight * record.pooled[first + j] - (1.0 - record.weight) * record.redundancy[first + j];
      QVERIFY(std::abs(score - expected.scores[j]) < 1e-5);
    }
  }

  /// The kept entries lie in the target pages with all that belongs to them, and are what the next
  /// compression begins with.
  static void follow(GrowingSequence& sequence, const CompressionPlan& plan, const Expected& expected,
                     const std::vector<std::int32_t>& tokens, int head) {
    const int layer = head / sequence.shape.kvHeads, kvHead = head % sequence.shape.kvHeads;
    auto& entries = sequence.entries[static_cast<std::size_t>(head)];
    const auto places = placesOf(tokens, entries);
    QVERIFY(std::is_sorted(tokens.begin(), tokens.end()));
    std::vector<OracleEntry> kept;
    for (int j = 0; j < plan.keep; ++j) {
      const auto place = static_cast<std::size_t>(places[static_cast<std::size_t>(j)]);
      const OracleEntry& entry = entries[place];
      QCOMPARE(sequence.pool.key(layer, kvHead, plan.targetPages, j), entry.key);
      QCOMPARE(sequence.pool.value(layer, kvHead, plan.targetPages, j), entry.value);
      const double stored = sequence.pool.score(layer, kvHead, plan.targetPages, j);
      QVERIFY(std::abs(stored - expected.global[place]) < 1e-5);
      kept.push_back(entry);
      kept.back().global = stored;
    }
    entries = std::move(kept);
  }

  /// The table after a compression: its targets, then all other pages of the pool.
  static void bringToFront(std::vector<std::int32_t>& table, const std::vector<PageIndex>& targets) {
    std::vector<std::int32_t> next(targets.begin(), targets.end());
    for (const std::int32_t page : table) {
      if (std::find(targets.begin(), targets.end(), page) == targets.end()) next.push_back(page);
    }
    table = std::move(next);
  }
};

QTEST_GUILESS_MAIN(TestCompressionPipeline)
#include "tst_compression_pipeline.moc"
