#include "engine/runtime/token_logits.h"

#include <algorithm>
#include <memory>
#include <numeric>

#include "engine/model/transformer.h"
#include "engine/runtime/step_block.h"

namespace zipage {

namespace {

constexpr int kPageTokens = 32;
constexpr int kChunkTokens = 64;  // bounds the memory of the logits

class LogitsRun {
 public:
  LogitsRun(Device& device, const ModelConfig& config, int numTokens)
      : m_device(device), m_stream(device.createStream()) {
    m_kv.type = DataType::F32;
    m_kv.numLayers = config.numLayers;
    m_kv.numPages = (numTokens + kPageTokens - 1) / kPageTokens;
    m_kv.kvHeads = config.kvHeads;
    m_kv.pageTokens = kPageTokens;
    m_kv.headDim = config.headDim;
  }

  Result<void> prepare(const ModelConfig& config, const ModelWeights& weights) {
    auto transformer = Transformer::create(m_device, config, weights, kChunkTokens, kChunkTokens);
    if (!transformer) return tl::unexpected(transformer.error());
    m_transformer = std::move(*transformer);
    auto block = StepBlock::create(m_device, {kChunkTokens, kChunkTokens, m_kv.numPages});
    if (!block) return tl::unexpected(block.error());
    m_block = std::make_unique<StepBlock>(std::move(*block));
    const std::size_t numSlots = m_kv.slotIndex(m_kv.numLayers, 0, 0);
    for (auto [buffer, bytes] :
         {std::pair{&m_entries, m_kv.layerBytes() * static_cast<std::size_t>(m_kv.numLayers)},
          std::pair{&m_positions, numSlots * sizeof(std::int32_t)},
          std::pair{&m_scores, numSlots * sizeof(float)}}) {
      auto made = m_device.allocate(bytes);
      if (!made)
        return failure(ErrorCode::OutOfMemory, "the tokens' keys and values: " + made.error().message);
      *buffer = std::move(*made);
    }
    m_kv.entries = m_entries.as<std::byte>();
    m_kv.positions = m_positions.as<std::int32_t>();
    m_kv.scores = m_scores.as<float>();
    return {};
  }

  Result<void> runChunk(std::span<const TokenId> tokens, int first,
                        const std::function<void(std::span<const float>)>& take) {
    const auto count = static_cast<int>(tokens.size());
    StepInputs inputs;
    inputs.tokenIds.assign(tokens.begin(), tokens.end());
    for (int i = 0; i < count; ++i) {
      inputs.positions.push_back(first + i);
      inputs.targetSlots.push_back(first + i);
      inputs.queryRows.push_back(-1);
      inputs.sampledRows.push_back(i);
    }
    inputs.queryStart = {0, count};
    inputs.physical = {first + count};
    inputs.pageTables.resize(static_cast<std::size_t>(m_kv.numPages));
    std::iota(inputs.pageTables.begin(), inputs.pageTables.end(), 0);
    inputs.maxPages = m_kv.numPages;
    if (auto done = m_block->upload(m_device, *m_stream, inputs); !done) return done;
    const ConstTensorView logits =
        m_transformer->forward(*m_stream, m_block->batch(), m_kv, {}, m_block->sampledRows(), count);
    m_host.resize(static_cast<std::size_t>(logits.rows * logits.columns));
    m_device.copyToHost(*m_stream, m_host.data(), logits.data, m_host.size() * sizeof(float));
    if (auto done = m_device.synchronize(*m_stream); !done)
      return failure(ErrorCode::Device, done.error().message);
    for (int i = 0; i < count; ++i)
      take(std::span(m_host).subspan(static_cast<std::size_t>(i * logits.columns),
                                     static_cast<std::size_t>(logits.columns)));
    return {};
  }

 private:
  Device& m_device;
  std::unique_ptr<Stream> m_stream;
  std::unique_ptr<Transformer> m_transformer;
  std::unique_ptr<StepBlock> m_block;
  DeviceBuffer m_entries, m_positions, m_scores;
  PagedKv m_kv;
  std::vector<float> m_host;
};

}  // namespace

Result<void> computeTokenLogits(Device& device, const ModelConfig& config, const ModelWeights& weights,
                                const std::vector<TokenId>& tokens,
                                const std::function<void(std::span<const float>)>& take) {
  if (tokens.empty()) return failure(ErrorCode::InvalidArgument, "there are no tokens");
  for (const TokenId token : tokens) {
    if (token < 0 || token >= config.vocabularySize)
      return failure(ErrorCode::InvalidArgument, "there is no token " + std::to_string(token) +
                                                     ": the model has 0 to " +
                                                     std::to_string(config.vocabularySize - 1));
  }
  LogitsRun run(device, config, static_cast<int>(tokens.size()));
  if (auto done = run.prepare(config, weights); !done) return done;
  for (std::size_t first = 0; first < tokens.size(); first += kChunkTokens) {
    const std::size_t count = std::min<std::size_t>(kChunkTokens, tokens.size() - first);
    if (auto done = run.runChunk(std::span(tokens).subspan(first, count), static_cast<int>(first), take);
        !done)
      return done;
  }
  return {};
}

}  // namespace zipage
