// Sequences over pages, with their queries and what attention should make of them.
#pragma once

#include "tests/kernels/kernel_test_support.h"

namespace zipage::test {

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

  std::vector<double> expected() const { return expected(DataType::F32); }
  /// In float64, but for queries and weights, which are rounded to `type`.
  std::vector<double> expected(DataType type) const {
    std::vector<double> result;
    std::size_t token = 0;
    for (std::size_t s = 0; s < shapes.size(); ++s) {
      for (int i = 0; i < shapes[s].chunk; ++i, ++token) {
        const int visible = shapes[s].physical - (shapes[s].chunk - 1 - i);
        for (int h = 0; h < queryHeads; ++h) attend(token, h, tables[s], visible, type, result);
      }
    }
    return result;
  }
  void attend(std::size_t token, int head, const std::vector<std::int32_t>& table, int visible, DataType type,
              std::vector<double>& result) const {
    const int headDim = pool->kv.headDim;
    const int kvHead = head / (queryHeads / pool->kv.kvHeads);
    const float* from = &queries[token * width() + static_cast<std::size_t>(head * headDim)];
    const auto query = rounded(type, {from, from + headDim});
    std::vector<double> scores;
    for (int j = 0; j < visible; ++j) scores.push_back(dot(query, pool->key(1, kvHead, table, j)) * scale());
    const double top = *std::max_element(scores.begin(), scores.end());
    double total = 0.0;
    std::vector<double> weights;
    for (const double score : scores) {
      total += std::exp(score - top);
      weights.push_back(type == DataType::F32
                            ? std::exp(score - top)
                            : rounded(type, {static_cast<float>(std::exp(score - top))}).front());
    }
    std::vector<double> sum(static_cast<std::size_t>(headDim), 0.0);
    for (int j = 0; j < visible; ++j) {
      const auto value = pool->value(1, kvHead, table, j);
      for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] += weights[static_cast<std::size_t>(j)] / total * value[i];
    }
    result.insert(result.end(), sum.begin(), sum.end());
  }
  static std::vector<double> rounded(DataType type, const std::vector<float>& values) {
    return decode(type, encode(type, values).data(), values.size());
  }

  Random random;
  std::vector<Shape> shapes;
  int queryHeads;
  std::vector<std::vector<std::int32_t>> tables;
  std::unique_ptr<TestPool> pool;
  std::vector<float> queries;  // [tokens, H · D]
};

}  // namespace zipage::test
