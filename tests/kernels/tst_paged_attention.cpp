#include <QtTest>

#include "tests/kernels/kernel_test_support.h"

using namespace zipage;
using namespace zipage::test;

namespace {

/// A sequence of the batch: `physical` entries, of which the last `chunk` are this step's tokens.
struct Shape {
  int physical;
  int chunk;
};

struct Attention {
  Attention(std::uint32_t seed, DataType type, int queryHeads, int kvHeads, int headDim, int pageTokens,
            const std::vector<Shape>& shapes)
      : random(seed), shapes(shapes), queryHeads(queryHeads) {
    std::vector<int> lengths;
    int numTokens = 0;
    for (const Shape& shape : shapes) {
      lengths.push_back(shape.physical);
      numTokens += shape.chunk;
    }
    tables = shuffledTables(random, lengths, pageTokens);
    int numPages = 0;
    for (const auto& table : tables) numPages += static_cast<int>(table.size());
    pool = std::make_unique<TestPool>(type, 2, numPages, kvHeads, pageTokens, headDim);
    for (std::size_t s = 0; s < shapes.size(); ++s) pool->fill(random, tables[s], shapes[s].physical);
    queries = random.normals(static_cast<std::size_t>(numTokens * queryHeads * headDim));
    for (float& query : queries) query *= 2.0F;
  }

  std::size_t width() const { return static_cast<std::size_t>(queryHeads * pool->kv.headDim); }
  double scale() const { return 1.0 / std::sqrt(pool->kv.headDim); }
  int numTokens() const { return static_cast<int>(queries.size() / width()); }

  /// Runs `chosen` sequences with chunks of their own; `firstToken` is where their queries lie.
  std::vector<float> run(const TestDevice& device, const std::vector<std::size_t>& chosen,
                         const std::vector<Shape>& asked, std::size_t firstToken) {
    std::vector<std::int32_t> start = {0}, physical, pages;
    std::size_t maxPages = 0;
    for (const std::size_t s : chosen) maxPages = std::max(maxPages, tables[s].size());
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      start.push_back(start.back() + asked[i].chunk);
      physical.push_back(asked[i].physical);
      auto table = tables[chosen[i]];
      table.resize(maxPages, -1);  // what lies behind a table must not be read
      pages.insert(pages.end(), table.begin(), table.end());
    }
    auto output = poisoned(static_cast<std::size_t>(start.back()) * width());
    PagedBatch batch;
    batch.numTokens = start.back();
    batch.numSequences = static_cast<int>(chosen.size());
    batch.maxPages = static_cast<int>(maxPages);
    batch.queryStart = start.data();
    batch.physical = physical.data();
    batch.pageTables = pages.data();
    device->pagedAttention(device.queue(), {.queries = {queries.data() + firstToken * width(), DataType::F32,
                                                        batch.numTokens, static_cast<std::int64_t>(width())},
                                            .scale = static_cast<float>(scale()),
                                            .layer = 1,
                                            .queryHeads = queryHeads,
                                            .batch = batch,
                                            .kv = pool->kv,
                                            .output = matrix(output, batch.numTokens)});
    return output;
  }
  std::vector<float> runAll(const TestDevice& device) {
    std::vector<std::size_t> all(shapes.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return run(device, all, shapes, 0);
  }

  std::vector<double> expected() const {
    std::vector<double> result;
    std::size_t token = 0;
    for (std::size_t s = 0; s < shapes.size(); ++s) {
      for (int i = 0; i < shapes[s].chunk; ++i, ++token) {
        const int visible = shapes[s].physical - (shapes[s].chunk - 1 - i);
        for (int h = 0; h < queryHeads; ++h) attend(token, h, tables[s], visible, result);
      }
    }
    return result;
  }
  void attend(std::size_t token, int head, const std::vector<std::int32_t>& table, int visible,
              std::vector<double>& result) const {
    const int headDim = pool->kv.headDim;
    const int kvHead = head / (queryHeads / pool->kv.kvHeads);
    const auto query =
        decode(DataType::F32, &queries[token * width() + static_cast<std::size_t>(head * headDim)],
               static_cast<std::size_t>(headDim));
    std::vector<double> scores;
    for (int j = 0; j < visible; ++j) scores.push_back(dot(query, pool->key(1, kvHead, table, j)) * scale());
    const auto weights = softmax(scores);
    std::vector<double> sum(static_cast<std::size_t>(headDim), 0.0);
    for (int j = 0; j < visible; ++j) {
      const auto value = pool->value(1, kvHead, table, j);
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weights[static_cast<std::size_t>(j)] * value[i];
    }
    result.insert(result.end(), sum.begin(), sum.end());
  }

  Random random;
  std::vector<Shape> shapes;
  int queryHeads;
  std::vector<std::vector<std::int32_t>> tables;
  std::unique_ptr<TestPool> pool;
  std::vector<float> queries;  // [tokens, H · D]
};

}  // namespace

class TestPagedAttention : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyShapeMatchesTheDefinition_data() {
    QTest::addColumn<int>("headDim");
    QTest::addColumn<int>("pageTokens");
    QTest::addColumn<int>("group");
    int row = 0;
    for (const int headDim : {64, 80, 96, 128, 256}) {
      for (const int pageTokens : {16, 32, 64, 128, 256}) {
        const int group = 1 + row++ % 8;
        QTest::addRow("headDim %d, pages of %d, group of %d", headDim, pageTokens, group)
            << headDim << pageTokens << group;
      }
    }
    QTest::newRow("odd head") << 36 << 8 << 3;
  }
  void everyShapeMatchesTheDefinition() {
    QFETCH(int, headDim);
    QFETCH(int, pageTokens);
    QFETCH(int, group);
    const TestDevice device;
    for (const DataType type : {DataType::F32, DataType::F16, DataType::BF16}) {
      Attention attention(7, type, 2 * group, 2, headDim, pageTokens, {{1, 1}, {257, 1}, {31, 31}, {70, 9}});
      QVERIFY(relativeError(attention.runAll(device), attention.expected()) < 1e-5);
    }
  }

  void longSequenceMatchesTheDefinition() {
    const TestDevice device(2);
    Attention attention(8, DataType::BF16, 4, 1, 64, 32, {{700, 3}, {700, 1}, {65, 65}});
    QVERIFY(relativeError(attention.runAll(device), attention.expected()) < 1e-5);
  }

  void sequenceDoesNotDependOnItsNeighbours() {
    const TestDevice device;
    Attention attention(9, DataType::BF16, 8, 2, 64, 32, {{300, 1}, {45, 45}, {257, 1}, {96, 17}, {31, 1}});
    const auto together = attention.runAll(device);
    std::size_t token = 0;
    for (std::size_t s = 0; s < attention.shapes.size(); ++s) {
      const auto alone = attention.run(device, {s}, {attention.shapes[s]}, token);
      QVERIFY(sameBits(alone.data(), &together[token * attention.width()], alone.size()));
      token += static_cast<std::size_t>(attention.shapes[s].chunk);
    }
  }

  void tokenDoesNotDependOnTheChunkItIsIn_data() {
    QTest::addColumn<int>("headDim");
    QTest::addColumn<int>("pageTokens");
    QTest::newRow("pages of 16") << 80 << 16;
    QTest::newRow("pages of 32") << 80 << 32;
    QTest::newRow("pages of 256") << 80 << 256;
    QTest::newRow("head that fills no vector") << 44 << 32;
  }
  void tokenDoesNotDependOnTheChunkItIsIn() {
    QFETCH(int, headDim);
    QFETCH(int, pageTokens);
    const TestDevice device;
    Attention attention(10, DataType::F16, 6, 2, headDim, pageTokens, {{150, 101}});
    const auto whole = attention.runAll(device);
    for (const int chunk : {1, 2, 7, 32}) {
      for (int first = 0; first + chunk <= 101; first += chunk) {
        const auto part =
            attention.run(device, {0}, {{150 - 101 + first + chunk, chunk}}, static_cast<std::size_t>(first));
        QVERIFY(
            sameBits(part.data(), &whole[static_cast<std::size_t>(first) * attention.width()], part.size()));
      }
    }
  }

  void resultDoesNotDependOnTheNumberOfThreads() {
    const TestDevice one(1);
    Attention attention(11, DataType::F32, 8, 4, 64, 32, {{500, 1}, {333, 1}, {120, 120}, {700, 40}});
    const auto expected = attention.runAll(one);
    for (const int threads : {2, 3}) {
      const TestDevice device(threads);
      QVERIFY(sameBits(attention.runAll(device).data(), expected.data(), expected.size()));
    }
  }

  void hugeScoresDoNotOverflow() {
    const TestDevice device;
    Attention attention(12, DataType::F32, 4, 2, 64, 16, {{90, 1}, {40, 40}});
    for (float& query : attention.queries) query *= 500.0F;
    QVERIFY(relativeError(attention.runAll(device), attention.expected()) < 1e-3);
  }
};

QTEST_GUILESS_MAIN(TestPagedAttention)
#include "tst_paged_attention.moc"
