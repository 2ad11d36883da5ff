// What a compression should do with the entries of one layer and KV head, step by step as ARCHITECTURE.md
// has it ("Compression"), in float64 and on plain values: written from the definition, with none of the
// kernels' code.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "kernels/op_arguments.h"
#include "tests/support/float64.h"

namespace zipage::test {

struct OracleEntry {
  int position = 0;  // in the text
  Row key;           // as cached: rotated
  Row value;
  double global = 0.0;  // running score of the last compression
};

/// The queries of one token of the window, of all query heads that share the KV head.
struct OracleQueries {
  int position = 0;
  std::vector<Row> heads;
};

struct OracleRotation {
  std::vector<float> frequencies;  // [headDim / 2]
  RopeStyle style = RopeStyle::HalfSplit;
};

struct OracleRedundancy {
  bool positionFree = true;
  int segmentTokens = 0;      // 0: everything is one segment
  bool evenSegments = false;  // as few segments of at most that length, as equal as can be
  double threshold = 0.5;
  double temperature = 0.2;
  double repeatWeight = 0.0;
};

/// Turned by `angle` · frequency in each pair of elements.
inline Row turnedBy(double angle, Row row, const OracleRotation& rotation) {
  const std::size_t half = row.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    const bool isSplit = rotation.style == RopeStyle::HalfSplit;
    double& x = row[isSplit ? i : 2 * i];
    double& y = row[isSplit ? i + half : 2 * i + 1];
    const double turn = angle * static_cast<double>(rotation.frequencies[i]);
    const double turned = x * std::cos(turn) - y * std::sin(turn);
    y = x * std::sin(turn) + y * std::cos(turn);
    x = turned;
  }
  return row;
}

/// Step 1: S[j], the mean over the window's tokens of the largest attention that one of the heads pays to j.
inline Row oracleAttention(const std::vector<OracleEntry>& entries,
                           const std::vector<OracleQueries>& window) {
  Row mean(entries.size(), 0.0);
  for (const OracleQueries& row : window) {
    Row largest(entries.size(), 0.0);
    for (const Row& query : row.heads) {
      Row logits;
      for (const OracleEntry& entry : entries) {
        const double logit = dot(query, entry.key) / std::sqrt(static_cast<double>(query.size()));
        logits.push_back(entry.position <= row.position ? logit : -std::numeric_limits<double>::infinity());
      }
      const Row weights = softmax(std::move(logits));
      for (std::size_t j = 0; j < weights.size(); ++j) largest[j] = std::max(largest[j], weights[j]);
    }
    for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += largest[j] / static_cast<double>(window.size());
  }
  return mean;
}

/// Step 2: the first `numScored` entries were there at the last compression.
inline Row oracleGlobal(const Row& attention, const std::vector<OracleEntry>& entries, int numScored,
                        double decay) {
  Row global = attention;
  if (decay == 0.0) return global;
  for (std::size_t j = 0; j < static_cast<std::size_t>(numScored); ++j)
    global[j] = std::max(attention[j], decay * entries[j].global);
  return global;
}

/// Step 3.
inline Row oraclePooled(const Row& global, int kernel) {
  Row pooled = global;
  const int count = static_cast<int>(global.size());
  for (int j = 0; j < count; ++j) {
    for (int i = std::max(0, j - kernel / 2); i <= std::min(count - 1, j + kernel / 2); ++i)
      pooled[static_cast<std::size_t>(j)] =
          std::max(pooled[static_cast<std::size_t>(j)], global[static_cast<std::size_t>(i)]);
  }
  return pooled;
}

/// What step 4 compares: keys of length one, or nothing.
inline std::vector<Row> oracleUnitKeys(const std::vector<OracleEntry>& entries, bool positionFree,
                                       const OracleRotation& rotation) {
  std::vector<Row> keys;
  for (const OracleEntry& entry : entries) {
    Row key = positionFree ? turnedBy(-entry.position, entry.key, rotation) : entry.key;
    const double length = std::sqrt(dot(key, key));
    for (double& x : key) x = length > 0.0 ? x / length : 0.0;
    keys.push_back(std::move(key));
  }
  return keys;
}

struct OracleSegment {
  std::size_t first, end;
  double divisor;  // of the sums of its cosines
};

/// The segment of entry j of `count`.
inline OracleSegment segmentOf(std::size_t j, std::size_t count, const OracleRedundancy& rule) {
  const std::size_t length = rule.segmentTokens > 0 ? static_cast<std::size_t>(rule.segmentTokens) : count;
  const std::size_t segments = (count + length - 1) / length;
  for (std::size_t i = 0; i < segments; ++i) {
    const std::size_t first = rule.evenSegments ? i * count / segments : i * length;
    const std::size_t end = rule.evenSegments ? (i + 1) * count / segments : std::min(count, first + length);
    if (j < end) return {first, end, static_cast<double>(rule.evenSegments ? end - first : length)};
  }
  return {0, 0, 1.0};
}

/// Step 4.
inline Row oracleRedundancy(const std::vector<OracleEntry>& entries, const OracleRedundancy& rule,
                            const OracleRotation& rotation) {
  const auto keys = oracleUnitKeys(entries, rule.positionFree, rotation);
  const std::size_t count = entries.size();
  Row logits(count, 0.0);
  for (std::size_t j = 0; j < count; ++j) {
    const OracleSegment segment = segmentOf(j, count, rule);
    Row column(count, 0.0);
    std::size_t newest = count;
    for (std::size_t m = segment.first; m < segment.end; ++m) {
      if (m != j) column[m] = dot(keys[m], keys[j]);
      if (column[m] > rule.threshold) newest = m;
    }
    double bestNewer = 0.0;
    for (std::size_t m = j + 1; m < segment.end; ++m) bestNewer = std::max(bestNewer, column[m]);
    if (newest < count) column[newest] = 0.0;
    for (std::size_t m = segment.first; m < segment.end; ++m) logits[m] += column[m] / segment.divisor;
    logits[j] += rule.repeatWeight * bestNewer;
  }
  for (double& logit : logits) logit /= rule.temperature;
  return softmax(std::move(logits));
}

/// Step 5: the `keep` best, ties to the larger index, ascending.
inline std::vector<std::int32_t> oracleBest(const Row& scores, int keep) {
  std::vector<std::int32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  const auto scoreOf = [&](std::int32_t j) { return scores[static_cast<std::size_t>(j)]; };
  std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return scoreOf(a) != scoreOf(b) ? scoreOf(a) > scoreOf(b) : a > b;
  });
  order.resize(static_cast<std::size_t>(keep));
  std::sort(order.begin(), order.end());
  return order;
}

/// Whether two sets of kept entries are the same but for entries whose score is within `tolerance` of the
/// cut, which is the smallest score of `expected`.
inline bool sameButForTheCut(const std::vector<std::int32_t>& actual,
                             const std::vector<std::int32_t>& expected, const Row& scores,
                             double tolerance = 1e-6) {
  double cut = std::numeric_limits<double>::infinity();
  for (const std::int32_t j : expected) cut = std::min(cut, scores[static_cast<std::size_t>(j)]);
  std::vector<std::int32_t> difference;
  std::set_symmetric_difference(actual.begin(), actual.end(), expected.begin(), expected.end(),
                                std::back_inserter(difference));
  return actual.size() == expected.size() &&
         std::all_of(difference.begin(), difference.end(), [&](std::int32_t j) {
           return std::abs(scores[static_cast<std::size_t>(j)] - cut) < tolerance;
         });
}

}  // namespace zipage::test
