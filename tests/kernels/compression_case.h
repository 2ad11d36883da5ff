// One sequence about to be compressed: entries, query window, the ops run on it and what they should give, in
// float64.
#pragma once

#include "tests/kernels/kernel_test_support.h"
#include "tests/support/compression_oracle.h"

namespace zipage::test {

struct CompressionCase {
  static constexpr int kLayers = 2;
  static constexpr int kKvHeads = 2;
  static constexpr int kWindowTokens = 7;
  static constexpr int kQuerySlot = 1;

  CompressionCase(DataType type, int group, int headDim, int pageTokens, int numEntries,
                  float queryScale = 2.0F)
      : numEntries(numEntries),
        pool(type, kLayers, pagesFor(numEntries, pageTokens) + 3, kKvHeads, pageTokens, headDim),
        numRows(std::min(kWindowTokens, numEntries)) {
    table = random.permutation(pool.kv.numPages);
    table.resize(static_cast<std::size_t>(pagesFor(numEntries, pageTokens)));
    pool.fill(random, table, numEntries);
    for (int i = 0; i < headDim / 2; ++i) {
      frequencies.push_back(static_cast<float>(std::pow(10000.0, -2.0 * i / headDim)));
    }
    window = {nullptr, isQuantised(type) ? DataType::F32 : type, kLayers, 2, kWindowTokens, group * kKvHeads,
              headDim};
    auto queries =
        random.normals(static_cast<std::size_t>(kLayers * 2 * kWindowTokens * group * kKvHeads * headDim));
    for (float& query : queries) query *= queryScale;
    windowBytes = encode(window.type, queries);
    window.queries = windowBytes.data();
  }

  std::size_t count() const { return static_cast<std::size_t>(kLayers * kKvHeads * numEntries); }
  SequenceEntries entries() const { return {pool.kv, table.data(), numEntries}; }
  int lastPosition() const { return numEntries - 1; }
  Rope rope() const { return {.inverseFrequencies = frequencies.data(), .style = style}; }

  /// visit(layer, head, j, index into [L, G, n])
  template <typename Visit>
  void forEachEntry(Visit visit) const {
    std::size_t index = 0;
    for (int layer = 0; layer < kLayers; ++layer) {
      for (int head = 0; head < kKvHeads; ++head) {
        for (int j = 0; j < numEntries; ++j) visit(layer, head, j, index++);
      }
    }
  }

  void writeKey(int j, const std::vector<float>& key) {
    for (int layer = 0; layer < kLayers; ++layer) {
      for (int head = 0; head < kKvHeads; ++head) pool.write(layer, head, table, j, key, key, j);
    }
  }
  /// Keys of few families, so that many are near-duplicates once their rotation is undone.
  void writeRepeatingKeys() {
    std::vector<std::vector<float>> families;
    for (int i = 0; i < 9; ++i) families.push_back(random.normals(static_cast<std::size_t>(pool.kv.headDim)));
    forEachEntry([&](int layer, int head, int j, std::size_t) {
      auto key = families[static_cast<std::size_t>(random.below(9))];
      for (float& x : key) x += 0.4F * random.normal();
      if (positionFree) {
        const Row rotated = turnedBy(j, Row(key.begin(), key.end()), {frequencies, style});
        key.assign(rotated.begin(), rotated.end());
      }
      pool.write(layer, head, table, j, key, key, j);
    });
  }

  std::vector<float> windowScores(const TestDevice& device) const {
    auto attention = poisoned(count());
    device->windowScores(device.queue(), {.entries = entries(),
                                          .window = window,
                                          .querySlot = kQuerySlot,
                                          .numRows = numRows,
                                          .lastPosition = lastPosition(),
                                          .scale = scale(),
                                          .attention = attention.data()});
    return attention;
  }
  std::vector<float> redundancy(const TestDevice& device) const {
    auto result = poisoned(count());
    device->redundancy(device.queue(), {.entries = entries(),
                                        .rope = rope(),
                                        .positionFree = positionFree,
                                        .segmentTokens = segmentTokens,
                                        .evenSegments = evenSegments,
                                        .similarityThreshold = 0.5F,
                                        .temperature = 0.2F,
                                        .repeatWeight = repeatWeight,
                                        .redundancy = result.data()});
    return result;
  }

  std::vector<double> expectedAttention() const {
    return ofEveryHead(
        [&](int layer, int head) { return oracleAttention(entriesOf(layer, head), windowOf(layer, head)); });
  }
  std::vector<double> expectedRedundancy() const {
    const OracleRedundancy rule{positionFree, segmentTokens, evenSegments, 0.5, 0.2, repeatWeight};
    return ofEveryHead([&](int layer, int head) {
      return oracleRedundancy(entriesOf(layer, head), rule, {frequencies, style});
    });
  }

  Random random{11};
  int numEntries;
  TestPool pool;
  int numRows;
  std::vector<std::int32_t> table;
  std::vector<float> frequencies;
  QueryWindow window;
  std::vector<std::byte> windowBytes;
  bool positionFree = true;
  int segmentTokens = 256;
  bool evenSegments = false;
  float repeatWeight = 0.0F;
  RopeStyle style = RopeStyle::HalfSplit;

 private:
  float scale() const { return 1.0F / std::sqrt(static_cast<float>(pool.kv.headDim)); }

  /// of(layer, head), one after the other: [L, G, n].
  template <typename OfHead>
  static std::vector<double> ofEveryHead(OfHead of) {
    std::vector<double> result;
    for (int layer = 0; layer < kLayers; ++layer) {
      for (int head = 0; head < kKvHeads; ++head) {
        const Row row = of(layer, head);
        result.insert(result.end(), row.begin(), row.end());
      }
    }
    return result;
  }

  std::vector<OracleEntry> entriesOf(int layer, int head) const {
    std::vector<OracleEntry> entries;
    for (int j = 0; j < numEntries; ++j)
      entries.push_back({pool.position(layer, head, table, j), pool.key(layer, head, table, j), {}, 0.0});
    return entries;
  }
  std::vector<OracleQueries> windowOf(int layer, int head) const {
    const int group = window.queryHeads / kKvHeads;
    const auto width = static_cast<std::size_t>(pool.kv.headDim);
    std::vector<OracleQueries> rows;
    for (int i = 0; i < numRows; ++i) {
      OracleQueries& row = rows.emplace_back();
      row.position = lastPosition() - i;
      const std::byte* stored = window.row(layer, kQuerySlot, row.position % kWindowTokens);
      for (int h = head * group; h < (head + 1) * group; ++h)
        row.heads.push_back(decode(window.type, stored + bytesOf(window.type, h * pool.kv.headDim), width));
    }
    return rows;
  }
};

}  // namespace zipage::test
