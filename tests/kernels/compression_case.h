// One sequence about to be compressed: entries, query window, the ops run on it and what they should give, in
// float64.
#pragma once

#include "tests/kernels/kernel_test_support.h"

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
    window = {nullptr, isQuantised(type) ? DataType::F32 : type, kLayers, 2, kWindowTokens, group * kKvHeads, headDim};
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
      if (positionFree) key = turned(std::vector<double>(key.begin(), key.end()), j);
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
    std::vector<double> result(count(), 0.0);
    const int group = window.queryHeads / kKvHeads;
    for (int layer = 0; layer < kLayers; ++layer) {
      for (int head = 0; head < kKvHeads; ++head) {
        double* out = result.data() + (layer * kKvHeads + head) * numEntries;
        for (int i = 0; i < numRows; ++i) {
          std::vector<double> largest(static_cast<std::size_t>(numEntries), 0.0);
          for (int h = head * group; h < (head + 1) * group; ++h) {
            const auto weights = rowWeights(layer, head, h, lastPosition() - i);
            for (int j = 0; j < numEntries; ++j) largest[j] = std::max(largest[j], weights[j]);
          }
          for (int j = 0; j < numEntries; ++j) out[j] += largest[j] / numRows;
        }
      }
    }
    return result;
  }

  std::vector<double> expectedRedundancy() const {
    std::vector<double> result;
    for (int layer = 0; layer < kLayers; ++layer) {
      for (int head = 0; head < kKvHeads; ++head) {
        const auto row = softmax(expectedLogits(layer, head));
        result.insert(result.end(), row.begin(), row.end());
      }
    }
    return result;
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

  std::vector<double> rowWeights(int layer, int head, int queryHead, int position) const {
    const std::byte* row = window.row(layer, kQuerySlot, position % kWindowTokens);
    const auto width = static_cast<std::size_t>(pool.kv.headDim);
    const auto query = decode(window.type, row + bytesOf(window.type, queryHead * pool.kv.headDim), width);
    std::vector<double> scores;
    for (int j = 0; j < numEntries; ++j) {
      const bool visible = pool.position(layer, head, table, j) <= position;
      scores.push_back(visible ? dot(query, pool.key(layer, head, table, j)) * scale() : -kInfinity);
    }
    return softmax(scores);
  }

  /// The key turned by `direction` · position: 1 rotates, −1 undoes.
  std::vector<float> turned(std::vector<double> key, int position, int direction = 1) const {
    const std::size_t half = key.size() / 2;
    for (std::size_t i = 0; i < half; ++i) {
      const bool split = style == RopeStyle::HalfSplit;
      double& x = key[split ? i : 2 * i];
      double& y = key[split ? i + half : 2 * i + 1];
      const double angle = direction * static_cast<double>(position) * frequencies[i];
      const double first = x * std::cos(angle) - y * std::sin(angle);
      y = x * std::sin(angle) + y * std::cos(angle);
      x = first;
    }
    return {key.begin(), key.end()};
  }

  std::vector<std::vector<double>> unitKeys(int layer, int head) const {
    std::vector<std::vector<double>> keys;
    for (int j = 0; j < numEntries; ++j) {
      auto key = pool.key(layer, head, table, j);
      if (positionFree) {
        const auto back = turned(key, pool.position(layer, head, table, j), -1);
        key.assign(back.begin(), back.end());
      }
      const double norm = std::sqrt(dot(key, key));
      for (double& x : key) x = norm > 0.0 ? x / norm : 0.0;
      keys.push_back(key);
    }
    return keys;
  }

  /// First and last + 1 of the segment of each entry.
  std::vector<std::pair<int, int>> segmentsOfEntries() const {
    const int length = segmentTokens > 0 ? segmentTokens : numEntries;
    std::vector<std::pair<int, int>> result;
    const int count = (numEntries + length - 1) / length;
    for (int i = 0; i < count; ++i) {
      const int first = evenSegments ? i * numEntries / count : i * length;
      const int last = evenSegments ? (i + 1) * numEntries / count : std::min(numEntries, first + length);
      result.insert(result.end(), static_cast<std::size_t>(last - first), {first, last});
    }
    return result;
  }

  std::vector<double> expectedLogits(int layer, int head) const {
    const auto keys = unitKeys(layer, head);
    const auto segments = segmentsOfEntries();
    std::vector<double> sums(static_cast<std::size_t>(numEntries), 0.0);
    for (int j = 0; j < numEntries; ++j) {
      const auto [first, last] = segments[static_cast<std::size_t>(j)];
      const int divisor = evenSegments ? last - first : segmentTokens > 0 ? segmentTokens : numEntries;
      std::vector<double> column(static_cast<std::size_t>(last - first), 0.0);
      int newest = -1;
      double match = 0.0;
      for (int m = first; m < last; ++m) {
        const double cosine = m == j ? 0.0 : dot(keys[m], keys[j]);
        column[static_cast<std::size_t>(m - first)] = cosine;
        if (cosine > 0.5) newest = m;
        if (m > j) match = std::max(match, cosine);
      }
      if (newest >= 0) column[static_cast<std::size_t>(newest - first)] = 0.0;
      for (int m = first; m < last; ++m)
        sums[m] += column[static_cast<std::size_t>(m - first)] / divisor / 0.2;
      sums[j] += repeatWeight * match / 0.2;
    }
    return sums;
  }
};

}  // namespace zipage::test
