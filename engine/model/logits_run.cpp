#include "engine/model/logits_run.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "engine/model/transformer.h"

namespace zipage {

namespace {

constexpr int kPageTokens = 64;
constexpr int kStepTokens = 64;

Error logitsError(const DeviceError& error) {
  return {error.sticky ? ErrorCode::Device : ErrorCode::OutOfMemory, "logits: " + error.message};
}

/// One sequence that owns the whole pool: its pages are 0, 1, 2 …, so a token's slot is its position.
class LogitsRun {
 public:
  LogitsRun(Device& device, const ModelConfig& config, std::span<const std::int32_t> tokens)
      : m_device(device), m_config(config), m_tokens(tokens), m_stream(device.createStream()) {}

  Result<void> prepare(const ModelWeights& weights) {
    auto transformer = Transformer::create(m_device, m_config, weights, kStepTokens, kStepTokens);
    if (!transformer) return tl::unexpected(transformer.error());
    m_transformer = std::move(*transformer);
    return allocatePool();
  }

  Result<void> run(const LogitsSink& sink) {
    for (std::size_t first = 0; first < m_tokens.size(); first += kStepTokens) {
      const std::size_t count = std::min<std::size_t>(kStepTokens, m_tokens.size() - first);
      std::vector<float> rows(count * static_cast<std::size_t>(m_config.vocabularySize));
      if (auto done = step(static_cast<int>(first), static_cast<int>(count), rows); !done) return done;
      if (auto taken = sink(rows); !taken) return taken;
    }
    return {};
  }

 private:
  Result<void> allocatePool() {
    m_kv.type = m_device.info().activationType;
    m_kv.numLayers = m_config.numLayers;
    m_kv.numPages = static_cast<int>((m_tokens.size() + kPageTokens - 1) / kPageTokens);
    m_kv.kvHeads = m_config.kvHeads;
    m_kv.pageTokens = kPageTokens;
    m_kv.headDim = m_config.headDim;
    const std::size_t numSlots = m_kv.slotIndex(m_kv.numLayers, 0, 0);
    const auto layers = static_cast<std::size_t>(m_kv.numLayers);
    if (auto done = place(m_kv.layerBytes() * layers, m_kv.entries); !done) return done;
    if (auto done = place(numSlots * sizeof(float), m_kv.scores); !done) return done;
    return place(numSlots * sizeof(std::int32_t), m_kv.positions);
  }

  template <typename T>
  Result<void> place(std::size_t bytes, T*& pointer) {
    auto buffer = m_device.allocate(bytes);
    if (!buffer) return tl::unexpected(logitsError(buffer.error()));
    pointer = m_buffers.emplace_back(std::move(*buffer)).template as<T>();
    return {};
  }

  Result<void> upload(const std::vector<std::int32_t>& values, const std::int32_t*& pointer) {
    std::int32_t* target = nullptr;
    const std::size_t bytes = values.size() * sizeof(std::int32_t);
    if (auto done = place(bytes, target); !done) return done;
    m_device.copyToDevice(*m_stream, target, values.data(), bytes);
    pointer = target;
    return {};
  }

  /// `rows` [count, vocabulary] become the logits of the tokens from `first` on.
  Result<void> step(int first, int count, std::vector<float>& rows) {
    const std::size_t numBuffers = m_buffers.size();
    const std::vector<std::int32_t> ids(m_tokens.begin() + first, m_tokens.begin() + first + count);
    std::vector<std::int32_t> positions(ids.size());
    std::iota(positions.begin(), positions.end(), first);
    std::vector<std::int32_t> order(ids.size());
    std::iota(order.begin(), order.end(), 0);
    const std::vector<std::int32_t> noQueryRows(ids.size(), -1);
    const std::vector<std::int32_t> queryStart = {0, count};
    const std::vector<std::int32_t> physical = {first + count};
    std::vector<std::int32_t> pages(static_cast<std::size_t>(m_kv.numPages));
    std::iota(pages.begin(), pages.end(), 0);

    PagedBatch batch{.numTokens = count, .numSequences = 1, .maxPages = m_kv.numPages};
    const std::int32_t* logitRows = nullptr;
    const std::pair<const std::vector<std::int32_t>*, const std::int32_t**> uploads[] = {
        {&ids, &batch.tokenIds},          {&positions, &batch.positions},
        {&positions, &batch.targetSlots}, {&noQueryRows, &batch.queryRows},
        {&queryStart, &batch.queryStart}, {&physical, &batch.physical},
        {&pages, &batch.pageTables},      {&order, &logitRows}};
    for (const auto& [values, pointer] : uploads) {
      if (auto done = upload(*values, *pointer); !done) return done;
    }
    const ConstTensorView logits = m_transformer->forward(*m_stream, batch, m_kv, {}, logitRows, count);
    m_device.copyToHost(*m_stream, rows.data(), logits.data, rows.size() * sizeof(float));
    const auto done = m_device.synchronize(*m_stream);
    m_buffers.erase(m_buffers.begin() + static_cast<std::ptrdiff_t>(numBuffers), m_buffers.end());
    if (!done) return tl::unexpected(logitsError(done.error()));
    return {};
  }

  Device& m_device;
  const ModelConfig& m_config;
  std::span<const std::int32_t> m_tokens;
  std::vector<DeviceBuffer> m_buffers;
  std::unique_ptr<Stream> m_stream;
  std::unique_ptr<Transformer> m_transformer;
  PagedKv m_kv;
};

}  // namespace

Result<void> checkTokens(std::span<const std::int32_t> tokens, int vocabularySize) {
  if (tokens.empty()) return failure(ErrorCode::InvalidArgument, "there are no tokens");
  for (const std::int32_t token : tokens) {
    if (token >= 0 && token < vocabularySize) continue;
    return failure(ErrorCode::InvalidArgument, "the token " + std::to_string(token) +
                                                   " is not one of the model's " +
                                                   std::to_string(vocabularySize));
  }
  return {};
}

Result<void> runLogits(Device& device, const ModelConfig& config, const ModelWeights& weights,
                       std::span<const std::int32_t> tokens, const LogitsSink& sink) {
  if (auto checked = checkTokens(tokens, config.vocabularySize); !checked) return checked;
  LogitsRun run(device, config, tokens);
  if (auto prepared = run.prepare(weights); !prepared) return prepared;
  return run.run(sink);
}

}  // namespace zipage
