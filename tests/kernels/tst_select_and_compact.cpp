// Steps 5 and 6 of a compression: the choice of entries and their move.
#include <QtTest>

#include <set>

#include "tests/kernels/compression_case.h"

using namespace zipage;
using namespace zipage::test;

namespace {

struct Selection {
  std::vector<float> scores;
  std::vector<std::int32_t> kept;
  std::vector<float> cut;
};

Selection select(const TestDevice& device, const std::vector<float>& pooled,
                 const std::vector<float>& redundancy, const std::vector<std::uint8_t>& shielded,
                 float weight, int heads, int keep) {
  const int n = static_cast<int>(shielded.size());
  Selection result{poisoned(pooled.size()),
                   std::vector<std::int32_t>(static_cast<std::size_t>(heads * keep), -1),
                   poisoned(static_cast<std::size_t>(heads))};
  device->selectEntries(device.queue(), {.numLayers = 1,
                                         .kvHeads = heads,
                                         .numEntries = n,
                                         .pooled = pooled.data(),
                                         .redundancy = redundancy.data(),
                                         .protectedEntries = shielded.data(),
                                         .weight = weight,
                                         .keep = keep,
                                         .scores = result.scores.data(),
                                         .kept = result.kept.data(),
                                         .cut = result.cut.data()});
  return result;
}

}  // namespace

class TestSelectAndCompact : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theBestAreKeptInOrder() {
    const TestDevice device(2);
    Random random(1);
    for (const int n : {1, 31, 257, 700}) {
      for (const int keep : std::set<int>{1, (n + 1) / 2, n}) {
        const auto pooled = random.normals(static_cast<std::size_t>(3 * n));
        const auto redundancy = random.normals(pooled.size());
        const auto result =
            select(device, pooled, redundancy, std::vector<std::uint8_t>(n, 0), 0.2F, 3, keep);
        for (int head = 0; head < 3; ++head) {
          std::vector<double> scores;
          for (int j = 0; j < n; ++j) {
            scores.push_back(0.2 * pooled[head * n + j] - 0.8 * redundancy[head * n + j]);
            QVERIFY(std::abs(result.scores[head * n + j] - scores.back()) < 1e-6);
          }
          const std::vector<std::int32_t> kept(&result.kept[head * keep], &result.kept[head * keep] + keep);
          QVERIFY(std::is_sorted(kept.begin(), kept.end()));
          QVERIFY(sameButForTheCut(kept, oracleBest(scores, keep), scores));
          float smallest = result.scores[head * n + kept[0]];
          for (const std::int32_t j : kept) smallest = std::min(smallest, result.scores[head * n + j]);
          QCOMPARE(result.cut[head], smallest);
        }
      }
    }
  }

  void tiesGoToTheLargerIndex() {
    const TestDevice device;
    const std::vector<float> zeros(9, 0.0F);
    QCOMPARE(select(device, zeros, zeros, std::vector<std::uint8_t>(9, 0), 0.5F, 1, 4).kept,
             (std::vector<std::int32_t>{5, 6, 7, 8}));
    const std::vector<float> mixed = {1.0F, 0.0F, 1.0F, 0.0F, 2.0F, 0.0F, 1.0F, 0.0F, 0.0F};
    QCOMPARE(select(device, mixed, zeros, std::vector<std::uint8_t>(9, 0), 1.0F, 1, 3).kept,
             (std::vector<std::int32_t>{2, 4, 6}));
  }

  void protectedEntriesAlwaysStay() {
    const TestDevice device;
    Random random(2);
    const auto pooled = random.normals(2 * 50);
    const std::vector<float> zeros(pooled.size(), 0.0F);
    std::vector<std::uint8_t> shielded(50, 0);
    const std::vector<std::int32_t> chosen = {0, 7, 31, 48, 49};
    for (const std::int32_t j : chosen) shielded[static_cast<std::size_t>(j)] = 1;
    const auto result = select(device, pooled, zeros, shielded, 1.0F, 2, 12);
    for (int head = 0; head < 2; ++head) {
      const std::vector<std::int32_t> kept(&result.kept[head * 12], &result.kept[head * 12] + 12);
      QVERIFY(std::includes(kept.begin(), kept.end(), chosen.begin(), chosen.end()));
      QVERIFY(std::isfinite(result.cut[head]));
    }
    const auto onlyShielded = select(device, pooled, zeros, shielded, 1.0F, 2, 5);
    QCOMPARE(std::vector<std::int32_t>(onlyShielded.kept.begin(), onlyShielded.kept.begin() + 5), chosen);
    QVERIFY(std::isinf(onlyShielded.cut[0]));
  }

  void scoreThatIsNoNumberLosesToAllOthers() {
    const TestDevice device;
    std::vector<float> pooled = {kNaN, 1.0F, kNaN, 2.0F, -5.0F, kNaN};
    const std::vector<float> zeros(6, 0.0F);
    QCOMPARE(select(device, pooled, zeros, std::vector<std::uint8_t>(6, 0), 1.0F, 1, 3).kept,
             (std::vector<std::int32_t>{1, 3, 4}));
  }

  // Invariant 10: without redundancy, running score and pooling only the window's attention decides.
  void withWeightOneItIsPlainWindowAttention() {
    const TestDevice device(2);
    CompressionCase c(DataType::BF16, 4, 64, 32, 257);
    const auto kept = compress(device, c, 1.0F, 0.0F, 1, 128);
    const auto attention = c.expectedAttention();
    checkKept(c, kept, attention, 128);
  }

  void wholePipelineKeepsWhatFloat64Keeps_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("group");
    QTest::addColumn<int>("headDim");
    QTest::addColumn<int>("pageTokens");
    QTest::addColumn<int>("numEntries");
    QTest::addColumn<int>("keep");
    QTest::newRow("31") << int(DataType::F32) << 2 << 64 << 32 << 31 << 16;
    QTest::newRow("257") << int(DataType::F16) << 3 << 80 << 16 << 257 << 200;
    QTest::newRow("700") << int(DataType::BF16) << 1 << 64 << 64 << 700 << 512;
    QTest::newRow("129, head of 96") << int(DataType::F32) << 5 << 96 << 128 << 129 << 33;
    QTest::newRow("300, head of 128") << int(DataType::BF16) << 8 << 128 << 256 << 300 << 257;
    QTest::newRow("97, head of 256") << int(DataType::F16) << 7 << 256 << 32 << 97 << 64;
  }
  void wholePipelineKeepsWhatFloat64Keeps() {
    QFETCH(int, type);
    QFETCH(int, group);
    QFETCH(int, headDim);
    QFETCH(int, pageTokens);
    QFETCH(int, numEntries);
    QFETCH(int, keep);
    const TestDevice device(2);
    CompressionCase c(static_cast<DataType>(type), group, headDim, pageTokens, numEntries);
    c.writeRepeatingKeys();
    const auto kept = compress(device, c, 0.2F, 0.0F, 1, keep);
    const auto attention = c.expectedAttention();
    const auto redundancy = c.expectedRedundancy();
    std::vector<double> scores(attention.size());
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = 0.2 * attention[i] - 0.8 * redundancy[i];
    checkKept(c, kept, scores, keep);
  }

  void compactionMovesTheKeptEntries_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("arrangement");
    QTest::addColumn<int>("headDim");
    QTest::addColumn<int>("pageTokens");
    for (const DataType type : {DataType::F32, DataType::F16, DataType::BF16, DataType::Q8_0}) {
      for (int arrangement = 0; arrangement < 6; ++arrangement) {
        QTest::addRow("%s, arrangement %d", layoutOf(type).name, arrangement)
            << static_cast<int>(type) << arrangement << (type == DataType::Q8_0 ? 96 : 80) << 16;
      }
    }
    const std::pair<int, int> shapes[] = {{64, 256}, {96, 64}, {128, 128}, {256, 32}};
    for (const auto& [headDim, pageTokens] : shapes) {
      for (const int arrangement : {0, 4}) {
        QTest::addRow("head of %d, pages of %d, arrangement %d", headDim, pageTokens, arrangement)
            << static_cast<int>(DataType::BF16) << arrangement << headDim << pageTokens;
      }
    }
  }
  void compactionMovesTheKeptEntries() {
    QFETCH(int, type);
    QFETCH(int, arrangement);
    QFETCH(int, headDim);
    QFETCH(int, pageTokens);
    const TestDevice device(2);
    const int all = 9 * pageTokens + 6;
    for (const int keep : {1, 2 * pageTokens + 1, 4 * pageTokens, 6 * pageTokens + 4, all}) {
      for (const int leading : {0, 30}) {
        for (const bool promises : {false, true}) {
          CompressionCase c(static_cast<DataType>(type), 1, headDim, pageTokens, all);
          const auto target = targetOf(c, arrangement);
          if (promises && !isAscending(c.table, target)) continue;
          checkCompaction(device, c, target, keep, std::min(keep, leading), promises);
        }
      }
    }
  }

  void compactionOfManyEntriesMovesThem() {
    const TestDevice device(2);
    for (const int keep : {1024, 1100}) {
      for (const bool promises : {false, true}) {
        CompressionCase c(DataType::F16, 1, 128, 32, 1200);
        checkCompaction(device, c, c.table, keep, 5, promises);
      }
    }
  }

  void fastPipelineKeepsWhatFloat64Keeps_data() {
    QTest::addColumn<int>("numEntries");
    QTest::addColumn<int>("keep");
    QTest::addColumn<int>("headDim");
    QTest::newRow("257") << 257 << 200 << 64;
    QTest::newRow("700") << 700 << 512 << 128;
    QTest::newRow("2304") << 2304 << 2048 << 128;
  }
  void fastPipelineKeepsWhatFloat64Keeps() {
    QFETCH(int, numEntries);
    QFETCH(int, keep);
    QFETCH(int, headDim);
    const auto device = TestDevice::fast();
    CompressionCase c(DataType::F16, 4, headDim, 32, numEntries);
    c.segmentTokens = 512;
    c.evenSegments = true;
    c.repeatWeight = 0.3F;
    c.writeRepeatingKeys();
    const auto kept = compress(device, c, 0.2F, 0.0F, 1, keep);
    QCOMPARE(compress(device, c, 0.2F, 0.0F, 1, keep), kept);
    const auto attention = c.expectedAttention();
    const auto redundancy = c.expectedRedundancy();
    for (int head = 0; head < CompressionCase::kLayers * CompressionCase::kKvHeads; ++head) {
      std::vector<double> scores;
      for (int j = head * numEntries; j < (head + 1) * numEntries; ++j)
        scores.push_back(0.2 * attention[j] - 0.8 * redundancy[j]);
      const auto expected = oracleBest(scores, keep);
      double cut = kInfinity;
      for (const std::int32_t j : expected) cut = std::min(cut, scores[static_cast<std::size_t>(j)]);
      std::vector<std::int32_t> lost;
      std::set_difference(expected.begin(), expected.end(), &kept[head * keep], &kept[head * keep] + keep,
                          std::back_inserter(lost));
      QVERIFY(static_cast<int>(lost.size()) * 200 <= keep);
      for (const std::int32_t j : lost)
        QVERIFY(std::abs(scores[static_cast<std::size_t>(j)] - cut) <= 1e-3 * std::abs(cut));
    }
  }

 private:
  static std::vector<std::int32_t> compress(const TestDevice& device, CompressionCase& c, float weight,
                                            float decay, int poolKernel, int keep) {
    const auto attention = c.windowScores(device);
    auto global = poisoned(c.count());
    auto pooled = poisoned(c.count());
    device->fuseScores(device.queue(), {.entries = c.entries(),
                                        .attention = attention.data(),
                                        .numScored = 0,
                                        .decay = decay,
                                        .poolKernel = poolKernel,
                                        .global = global.data(),
                                        .pooled = pooled.data()});
    const auto redundancy = c.redundancy(device);
    return select(device, pooled, redundancy,
                  std::vector<std::uint8_t>(static_cast<std::size_t>(c.numEntries), 0), weight,
                  CompressionCase::kLayers * CompressionCase::kKvHeads, keep)
        .kept;
  }

  static void checkKept(const CompressionCase& c, const std::vector<std::int32_t>& kept,
                        const std::vector<double>& scores, int keep) {
    for (int head = 0; head < CompressionCase::kLayers * CompressionCase::kKvHeads; ++head) {
      const std::vector<double> row(&scores[head * c.numEntries],
                                    &scores[head * c.numEntries] + c.numEntries);
      const std::vector<std::int32_t> actual(&kept[head * keep], &kept[head * keep] + keep);
      QVERIFY(sameButForTheCut(actual, oracleBest(row, keep), row));
    }
  }

  /// Target pages: the source's first, fresh ones, the source's rotated, reversed, a mixture, or each
  /// one place later.
  static std::vector<std::int32_t> targetOf(const CompressionCase& c, int arrangement) {
    auto target = c.table;
    std::vector<std::int32_t> fresh;
    for (int page = 0; page < c.pool.kv.numPages; ++page) {
      if (std::find(target.begin(), target.end(), page) == target.end()) fresh.push_back(page);
    }
    if (arrangement == 1) std::copy(fresh.begin(), fresh.end(), target.begin());
    if (arrangement == 2) std::rotate(target.begin(), target.begin() + 3, target.end());
    if (arrangement == 3) std::reverse(target.begin(), target.end());
    if (arrangement == 4)
      target = {target[2], fresh[0],  target[0], target[5], fresh[1],
                target[1], target[3], target[4], target[7], target[9]};
    if (arrangement == 5) {
      std::rotate(target.begin(), target.end() - 1, target.end());
      target[0] = fresh[0];
    }
    return target;
  }
  /// What CompactPagesArguments::isAscending promises.
  static bool isAscending(const std::vector<std::int32_t>& source, const std::vector<std::int32_t>& target) {
    for (std::size_t i = 0; i < target.size(); ++i) {
      const auto at = std::find(source.begin(), source.end(), target[i]);
      if (at != source.end() && at - source.begin() > static_cast<std::ptrdiff_t>(i)) return false;
    }
    return true;
  }

  static void checkCompaction(const TestDevice& device, CompressionCase& c,
                              const std::vector<std::int32_t>& target, int keep, int leading, bool promises) {
    // The first `leading` entries and some others.
    std::vector<std::int32_t> kept;
    for (int head = 0; head < CompressionCase::kLayers * CompressionCase::kKvHeads; ++head) {
      auto some = c.random.permutation(c.numEntries);
      std::stable_partition(some.begin(), some.end(), [=](std::int32_t j) { return j < leading; });
      some.resize(static_cast<std::size_t>(keep));
      std::sort(some.begin(), some.end());
      kept.insert(kept.end(), some.begin(), some.end());
    }
    const auto global = c.random.normals(c.count());
    struct Entry {
      std::vector<double> key, value;
      int position;
      float score;
    };
    std::vector<Entry> expected;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const int row = static_cast<int>(i) / keep;
      const int layer = row / CompressionCase::kKvHeads, head = row % CompressionCase::kKvHeads;
      expected.push_back(
          {c.pool.key(layer, head, c.table, kept[i]), c.pool.value(layer, head, c.table, kept[i]),
           c.pool.position(layer, head, c.table, kept[i]), global[row * c.numEntries + kept[i]]});
    }
    device->compactPages(device.queue(), {.entries = c.entries(),
                                          .targetTable = target.data(),
                                          .kept = kept.data(),
                                          .keep = keep,
                                          .global = global.data(),
                                          .isAscending = promises});
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const int row = static_cast<int>(i) / keep, slot = static_cast<int>(i) % keep;
      const int layer = row / CompressionCase::kKvHeads, head = row % CompressionCase::kKvHeads;
      QCOMPARE(c.pool.key(layer, head, target, slot), expected[i].key);
      QCOMPARE(c.pool.value(layer, head, target, slot), expected[i].value);
      QCOMPARE(c.pool.position(layer, head, target, slot), expected[i].position);
      QCOMPARE(c.pool.score(layer, head, target, slot), expected[i].score);
    }
  }
};

QTEST_GUILESS_MAIN(TestSelectAndCompact)
#include "tst_select_and_compact.moc"
