// The ops are compiled for several instruction sets and one is chosen at run time: a machine with the newest
// must not leave the others untested.
#include <hwy/targets.h>

#include <QtTest>

#include <set>

#include "tests/kernels/compression_case.h"
#include "tests/kernels/product_case.h"

using namespace zipage;
using namespace zipage::test;

namespace {

/// Makes the ops run with one instruction set only, until it goes out of scope.
class OnlyTarget {
 public:
  explicit OnlyTarget(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  ~OnlyTarget() {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

#if HWY_ARCH_X86
/// Those that this machine has and that the kernels were compiled for.
std::vector<std::int64_t> testedTargets() {
  std::vector<std::int64_t> targets;
  for (const std::int64_t target : {std::int64_t{HWY_SSE4}, std::int64_t{HWY_AVX2}, std::int64_t{HWY_AVX3}}) {
    if ((hwy::SupportedTargets() & target & ~std::int64_t{ZIPAGE_DISABLED_TARGETS}) != 0)
      targets.push_back(target);
  }
  return targets;
}
#endif

}  // namespace

class TestInstructionSets : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // They add in different orders, so equal bits would mean that the choice above had no effect.
  void setsAreReallyDifferent() {
#if HWY_ARCH_X86
    Random random(4);
    auto input = random.normals(1024);
    auto weight = random.normals(64 * 1024);
    std::set<std::vector<float>> results;
    std::size_t numSets = 0;
    for (const std::int64_t target : testedTargets()) {
      const OnlyTarget only(target);
      const TestDevice device;
      auto output = poisoned(64);
      device->matmul(
          device.queue(),
          {.input = matrix(input, 1), .weight = matrix(weight, 64), .bias = {}, .output = matrix(output, 1)});
      results.insert(output);
      ++numSets;
    }
    QCOMPARE(results.size(), numSets);
#endif
  }

  // Sums of integers: −32 · −128 in every place of a Q6_K block, times the largest rounded input.
  void theLargestSumsFit_data() { everySetMatchesTheDefinition_data(); }
  void theLargestSumsFit() {
    QFETCH(qint64, target);
    const OnlyTarget only(target);
    const TestDevice device;
    std::vector<std::byte> weight(2 * bytesOf(DataType::Q6_K, 256), std::byte{0});
    for (std::size_t o = 0; o < 2; ++o) {
      std::byte* const block = weight.data() + o * bytesOf(DataType::Q6_K, 256);
      std::fill_n(block + 192, 16, std::byte{0x80});
      block[209] = std::byte{0x3C};  // 1 as a half
    }
    for (const float sign : {1.0F, -1.0F}) {
      for (const int numTokens : {1, 2, 9}) {
        std::vector<float> input(static_cast<std::size_t>(numTokens) * 256, sign * 3.0F);
        auto output = poisoned(static_cast<std::size_t>(numTokens) * 2);
        device->matmul(device.queue(), {.input = matrix(input, numTokens),
                                        .weight = {weight.data(), DataType::Q6_K, 2, 256},
                                        .bias = {},
                                        .output = matrix(output, numTokens)});
        for (const float value : output) QVERIFY(std::abs(value - sign * 3.0F * 4096 * 256) < 1.0F);
      }
    }
  }

  void everySetMatchesTheDefinition_data() {
    QTest::addColumn<qint64>("target");
#if HWY_ARCH_X86
    for (const std::int64_t target : testedTargets())
      QTest::newRow(hwy::TargetName(target)) << static_cast<qint64>(target);
#else
    QTest::newRow("the only one") << static_cast<qint64>(hwy::SupportedTargets());
#endif
  }
  void everySetMatchesTheDefinition() {
    QFETCH(qint64, target);
    const OnlyTarget only(target);
    for (const int numTokens : {1, 2, 3, 7, 33}) {
      for (const DataType type : {DataType::F32, DataType::F16, DataType::BF16})
        checkProduct(type, numTokens);
      for (const DataType type : kBlockTypes) checkProduct(type, numTokens);
    }
    checkNormAndActivation();
    for (const DataType type : {DataType::F32, DataType::F16, DataType::BF16}) {
      checkAttention(type);
      checkCompressionScores(type);
    }
  }

 private:
  static void checkProduct(DataType type, int numTokens) {
    constexpr int kOutputs = 37;
    const int columns = layoutOf(type).elementsPerBlock == 256 ? 512 : 96;
    const auto numWeights = static_cast<std::size_t>(kOutputs * columns);
    const TestDevice device;
    Random random(1);
    auto input = random.normals(static_cast<std::size_t>(numTokens * columns));
    const auto weight =
        isQuantised(type) ? randomBlocks(type, numWeights, 5) : encode(type, random.normals(numWeights));
    auto output = poisoned(static_cast<std::size_t>(numTokens * kOutputs));
    device->matmul(device.queue(), {.input = matrix(input, numTokens),
                                    .weight = {weight.data(), type, kOutputs, columns},
                                    .bias = {},
                                    .output = matrix(output, numTokens)});
    std::vector<double> expected;
    for (int t = 0; t < numTokens; ++t) {
      const auto row = decode(DataType::F32, &input[static_cast<std::size_t>(t * columns)], columns);
      for (int o = 0; o < kOutputs; ++o) {
        expected.push_back(dot(row, decode(type, weight.data() + o * bytesOf(type, columns), columns)));
      }
    }
    QVERIFY(relativeError(output, expected) < productTolerance(type));
  }

  static void checkNormAndActivation() {
    const TestDevice device;
    Random random(2);
    auto input = random.normals(2 * 77);
    auto gain = random.normals(77);
    auto output = poisoned(input.size());
    device->rmsNorm(device.queue(),
                    {.input = matrix(input, 2), .gain = matrix(gain, 1), .output = matrix(output, 2)});
    std::vector<double> expected;
    for (std::size_t i = 0; i < input.size(); ++i) {
      const auto row = decode(DataType::F32, &input[i / 77 * 77], 77);
      expected.push_back(row[i % 77] / std::sqrt(dot(row, row) / 77 + 1e-6) * gain[i % 77]);
    }
    QVERIFY(relativeError(output, expected) < 2e-6);
    device->siluMultiply(device.queue(),
                         {.gate = matrix(input, 2), .up = matrix(input, 2), .output = matrix(output, 2)});
    for (std::size_t i = 0; i < input.size(); ++i) {
      expected[i] = input[i] / (1.0 + std::exp(-static_cast<double>(input[i]))) * input[i];
    }
    QVERIFY(relativeError(output, expected) < 1e-6);
  }

  static void checkAttention(DataType type) {
    constexpr int kEntries = 83;
    constexpr int kHeadDim = 80;
    const TestDevice device;
    Random random(3);
    const auto table = random.permutation(pagesFor(kEntries, 16));
    TestPool pool(type, 1, static_cast<int>(table.size()), 1, 16, kHeadDim);
    pool.fill(random, table, kEntries);
    auto queries = random.normals(3 * kHeadDim);
    auto output = poisoned(queries.size());
    const std::vector<std::int32_t> start = {0, 1};
    const std::int32_t physical = kEntries;
    PagedBatch batch;
    batch.numTokens = 1;
    batch.numSequences = 1;
    batch.maxPages = static_cast<int>(table.size());
    batch.queryStart = start.data();
    batch.physical = &physical;
    batch.pageTables = table.data();
    device->pagedAttention(device.queue(), {.queries = matrix(queries, 1),
                                            .scale = 0.25F,
                                            .layer = 0,
                                            .queryHeads = 3,
                                            .batch = batch,
                                            .kv = pool.kv,
                                            .output = matrix(output, 1)});
    std::vector<double> expected(queries.size(), 0.0);
    for (std::size_t h = 0; h < 3; ++h) {
      std::vector<double> scores;
      for (int j = 0; j < kEntries; ++j) {
        scores.push_back(
            0.25 * dot(decode(DataType::F32, &queries[h * kHeadDim], kHeadDim), pool.key(0, 0, table, j)));
      }
      const auto weights = softmax(scores);
      for (int j = 0; j < kEntries; ++j) {
        const auto value = pool.value(0, 0, table, j);
        for (std::size_t i = 0; i < kHeadDim; ++i) expected[h * kHeadDim + i] += weights[j] * value[i];
      }
    }
    QVERIFY(relativeError(output, expected) < 1e-5);
  }

  static void checkCompressionScores(DataType type) {
    const TestDevice device;
    CompressionCase c(type, 3, 80, 16, 61);
    c.segmentTokens = 33;
    c.writeRepeatingKeys();
    QVERIFY(relativeError(c.windowScores(device), c.expectedAttention()) < 1e-5);
    QVERIFY(relativeError(c.redundancy(device), c.expectedRedundancy()) < 1e-5);
  }
};

QTEST_GUILESS_MAIN(TestInstructionSets)
#include "tst_instruction_sets.moc"
