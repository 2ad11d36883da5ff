// Runs steps of a Transformer over pages it hands out itself, and brings all logits back.
#pragma once

#include <cstring>
#include <memory>
#include <vector>

#include "engine/model/transformer.h"
#include "kernels/device_registry.h"

namespace zipage::test {

/// A sequence of a test: the pages it holds and how many tokens lie in them.
struct TestSequence {
  std::vector<std::int32_t> pages;
  int numTokens = 0;
};

struct TestChunk {
  TestSequence* sequence = nullptr;
  std::vector<int> tokens;
};

class PagedSteps {
 public:
  static constexpr int kPageTokens = 8;
  static constexpr int kNumPages = 64;
  static constexpr int kMaxTokens = 192;

  PagedSteps(Device& device, const ModelConfig& config, const ModelWeights& weights)
      : m_device(device), m_config(config), m_stream(device.createStream()) {
    auto transformer = Transformer::create(device, config, weights, kMaxTokens, kMaxTokens);
    if (transformer) m_transformer = std::move(*transformer);
    m_kv.type = DataType::F32;
    m_kv.numLayers = config.numLayers;
    m_kv.numPages = kNumPages;
    m_kv.kvHeads = config.kvHeads;
    m_kv.pageTokens = kPageTokens;
    m_kv.headDim = config.headDim;
    const std::size_t numSlots = m_kv.slotIndex(config.numLayers, 0, 0);
    m_kv.entries = poisoned<std::byte>(m_kv.layerBytes() * static_cast<std::size_t>(config.numLayers));
    m_kv.positions = poisoned<std::int32_t>(numSlots);
    m_kv.scores = poisoned<float>(numSlots);
  }

  Transformer* transformer() { return m_transformer.get(); }
  const PagedKv& kv() const { return m_kv; }

  /// A sequence that takes its pages from the pool in an order of its own.
  TestSequence sequence(int firstPage, int stride, int numPages) const {
    TestSequence made;
    for (int i = 0; i < numPages; ++i) made.pages.push_back((firstPage + i * stride) % kNumPages);
    return made;
  }

  /// Logits of every token of the step, in the order of the chunks.
  std::vector<std::vector<float>> run(const std::vector<TestChunk>& chunks) {
    std::vector<std::int32_t> tokenIds, positions, slots, queryRows, physical, tables, rows;
    std::vector<std::int32_t> queryStart = {0};
    std::size_t maxPages = 0;
    for (const TestChunk& chunk : chunks) maxPages = std::max(maxPages, chunk.sequence->pages.size());
    for (const TestChunk& chunk : chunks) {
      TestSequence& sequence = *chunk.sequence;
      for (const int token : chunk.tokens) {
        const int position = sequence.numTokens++;
        rows.push_back(static_cast<std::int32_t>(tokenIds.size()));
        tokenIds.push_back(token);
        positions.push_back(position);
        slots.push_back(sequence.pages[static_cast<std::size_t>(position / kPageTokens)] * kPageTokens +
                        position % kPageTokens);
        queryRows.push_back(-1);
      }
      queryStart.push_back(static_cast<std::int32_t>(tokenIds.size()));
      physical.push_back(sequence.numTokens);
      std::vector<std::int32_t> table = sequence.pages;
      table.resize(maxPages, 0);
      tables.insert(tables.end(), table.begin(), table.end());
    }
    PagedBatch batch;
    batch.numTokens = static_cast<int>(tokenIds.size());
    batch.numSequences = static_cast<int>(chunks.size());
    batch.maxPages = static_cast<int>(maxPages);
    batch.tokenIds = tokenIds.data();
    batch.positions = positions.data();
    batch.targetSlots = slots.data();
    batch.queryRows = queryRows.data();
    batch.queryStart = queryStart.data();
    batch.physical = physical.data();
    batch.pageTables = tables.data();
    return fetch(m_transformer->forward(*m_stream, batch, m_kv, {}, rows.data(), batch.numTokens));
  }

  std::vector<std::vector<float>> fetch(const ConstTensorView& logits) {
    std::vector<std::vector<float>> rows;
    for (std::int64_t row = 0; row < logits.rows; ++row) {
      auto& values = rows.emplace_back(static_cast<std::size_t>(logits.columns));
      m_device.copyToHost(*m_stream, values.data(),
                          static_cast<const float*>(logits.data) + row * logits.columns,
                          values.size() * sizeof(float));
    }
    static_cast<void>(m_device.synchronize(*m_stream));
    return rows;
  }

 private:
  /// Memory full of NaN, so that reading what was never written shows.
  template <typename T>
  T* poisoned(std::size_t count) {
    auto buffer = m_device.allocate(count * sizeof(T));
    std::memset(buffer->data(), 0xFF, count * sizeof(T));
    return m_buffers.emplace_back(std::move(*buffer)).template as<T>();
  }

  Device& m_device;
  ModelConfig m_config;
  std::unique_ptr<Stream> m_stream;
  std::unique_ptr<Transformer> m_transformer;
  std::vector<DeviceBuffer> m_buffers;
  PagedKv m_kv;
};

}  // namespace zipage::test
