#include "engine/runtime/transformer_runner.h"

#include <xxhash.h>

#include <algorithm>
#include <optional>

#include "engine/base/check.h"
#include "engine/model/transformer.h"
#include "engine/runtime/compression_pipeline.h"
#include "engine/runtime/compression_worker.h"
#include "engine/runtime/pool_copy.h"
#include "engine/runtime/step_block.h"
#include "engine/runtime/step_recordings.h"
#include "engine/runtime/working_set.h"

namespace zipage {

namespace {

/// The page pool and the query windows, in device memory.
struct Pool {
  DeviceBuffer entries, positions, scores, queries;
  PagedKv kv;
  QueryWindow window;

  std::size_t bytes() const { return entries.bytes() + positions.bytes() + scores.bytes() + queries.bytes(); }
};

class TransformerRunner final : public ModelRunner {
 public:
  TransformerRunner(Device& device, std::unique_ptr<Stream> stream, std::unique_ptr<Transformer> transformer,
                    Pool pool, StepBlock block, CompressionPipeline pipeline)
      : m_device(device),
        m_stream(std::move(stream)),
        m_transformer(std::move(transformer)),
        m_pool(std::move(pool)),
        m_block(std::move(block)),
        m_pipeline(std::move(pipeline)),
        m_recordings(device, *m_stream),
        m_compressionStream(device.createStream(StreamPriority::Background)),
        m_worker([this](const CompressionPlan& plan) { return compressOn(*m_compressionStream, plan); }) {}

  Result<void> startStep(const StepInputs& inputs) override;
  Result<void> finishStep(std::span<TokenId> tokens) override;
  std::span<const TokenRanking> rankings() const override { return m_rankings; }
  Result<void> compress(const CompressionPlan& plan) override;
  Result<void> startCompression(const CompressionPlan& plan) override;
  Result<int> finishedCompressions(bool waits) override { return m_worker.finished(waits); }
  Result<double> workingSet(const CompressionPlan& plan) override;
  Result<SequenceRecord> heldTokens(std::span<const PageIndex> pages, int numEntries) override;
  Result<std::unique_ptr<HostCopy>> swapOut(std::span<const PageIndex> pages, int querySlot) override;
  Result<void> swapIn(const HostCopy& copy, std::span<const PageIndex> pages, int querySlot) override;
  Result<std::vector<std::byte>> copyOut(std::span<const PageIndex> pages, int querySlot) override;
  Result<void> checkContents(std::span<const std::byte> contents, const ContentsShape& shape) const override {
    return zipage::checkContents(m_pool.kv, m_pool.window, contents, shape);
  }
  Result<void> copyIn(std::span<const std::byte> contents, std::span<const PageIndex> pages,
                      int querySlot) override;

  const Pool& pool() const { return m_pool; }
  std::size_t workspaceBytes() const {
    return m_transformer->workspaceBytes() + m_block.bytes() + m_pipeline.workspaceBytes();
  }

 private:
  void enqueueStep();
  Result<void> compressOn(Stream& stream, const CompressionPlan& plan);
  Result<void> synchronize(Stream& stream);

  Device& m_device;
  std::unique_ptr<Stream> m_stream;
  std::unique_ptr<Transformer> m_transformer;
  Pool m_pool;
  StepBlock m_block;
  int m_numUnderWay = 0;  // steps
  std::span<const TokenRanking> m_rankings;
  CompressionPipeline m_pipeline;
  StepRecordings m_recordings;
  std::unique_ptr<Stream> m_compressionStream;
  CompressionWorker m_worker;  // the last one: it ends before what it works with
};

Result<void> TransformerRunner::synchronize(Stream& stream) {
  auto done = m_device.synchronize(stream);
  if (!done) return failure(ErrorCode::Device, done.error().message);
  return {};
}

Result<void> TransformerRunner::startStep(const StepInputs& inputs) {
  ZIPAGE_CHECK(m_numUnderWay < 2 && inputs.followsDrawn == (m_numUnderWay == 1),
               "one step is under way, and a second one that follows it");
  if (auto uploaded = m_block.upload(m_device, *m_stream, inputs); !uploaded) return uploaded;
  m_recordings.run(m_block.shape(), [this] { enqueueStep(); });
  m_block.fetchDrawn(m_device, *m_stream);
  ++m_numUnderWay;
  return {};
}

Result<void> TransformerRunner::finishStep(std::span<TokenId> tokens) {
  const auto results = m_block.waitFor(m_device, *m_stream, m_numUnderWay - 1);
  if (!results) return failure(ErrorCode::Device, results.error().message);
  --m_numUnderWay;
  std::ranges::copy(results->drawn, tokens.begin());
  m_rankings = results->rankings;
  return {};
}

void TransformerRunner::enqueueStep() {
  const int numSampled = m_block.shape().numSampled;
  if (m_block.shape().followsDrawn) m_device.followDrawn(*m_stream, m_block.followed());
  const ConstTensorView logits = m_transformer->forward(*m_stream, m_block.batch(), m_pool.kv, m_pool.window,
                                                        m_block.sampledRows(), numSampled);
  if (numSampled == 0) return;
  m_device.sample(*m_stream, {logits, m_block.sampling(), m_block.history(), m_block.drawnTokens()});
  if (!m_block.shape().ranksTokens) return;
  m_device.rankTokens(*m_stream, {logits, m_block.drawnTokens(), kMostRankedTokens, m_block.ranked()});
}

Result<void> TransformerRunner::compress(const CompressionPlan& plan) {
  m_worker.waitUntilIdle();  // there is one workspace
  return compressOn(*m_stream, plan);
}

Result<void> TransformerRunner::startCompression(const CompressionPlan& plan) {
  m_worker.start(plan);
  return {};
}

Result<void> TransformerRunner::compressOn(Stream& stream, const CompressionPlan& plan) {
  m_pipeline.run(stream, plan);
  return synchronize(stream);
}

Result<double> TransformerRunner::workingSet(const CompressionPlan& plan) {
  m_worker.waitUntilIdle();
  const std::span<const float> attention = m_pipeline.windowAttention(*m_stream, plan);
  if (auto done = synchronize(*m_stream); !done) return tl::unexpected(done.error());
  return meanWorkingSet(attention, plan.numEntries);
}

Result<SequenceRecord> TransformerRunner::heldTokens(std::span<const PageIndex> pages, int numEntries) {
  SequenceRecord record{m_pool.kv.numLayers, m_pool.kv.kvHeads, numEntries, {}, {}};
  record.positions = copyPositions(m_device, *m_stream, m_pool.kv, pages, numEntries);
  if (auto done = synchronize(*m_stream); !done) return tl::unexpected(done.error());
  return record;
}

Result<std::unique_ptr<HostCopy>> TransformerRunner::swapOut(std::span<const PageIndex> pages,
                                                             int querySlot) {
  auto copy = copyToHost(m_device, *m_stream, m_pool.kv, m_pool.window, pages, querySlot);
  if (!copy) return copy;
  if (auto done = synchronize(*m_stream); !done) return tl::unexpected(done.error());
  return copy;
}

Result<void> TransformerRunner::swapIn(const HostCopy& copy, std::span<const PageIndex> pages,
                                       int querySlot) {
  copyToDevice(m_device, *m_stream, copy, m_pool.kv, m_pool.window, pages, querySlot);
  return synchronize(*m_stream);
}

Result<std::vector<std::byte>> TransformerRunner::copyOut(std::span<const PageIndex> pages, int querySlot) {
  std::vector<std::byte> contents =
      copyContentsOut(m_device, *m_stream, m_pool.kv, m_pool.window, pages, querySlot);
  if (auto done = synchronize(*m_stream); !done) return tl::unexpected(done.error());
  return contents;
}

Result<void> TransformerRunner::copyIn(std::span<const std::byte> contents, std::span<const PageIndex> pages,
                                       int querySlot) {
  copyContentsIn(m_device, *m_stream, contents, m_pool.kv, m_pool.window, pages, querySlot);
  return synchronize(*m_stream);
}

tl::unexpected<Error> noRoom(const std::string& what, const DeviceError& error) {
  return failure(ErrorCode::OutOfMemory, what + ": " + error.message);
}

Result<Pool> createPool(Device& device, Stream& stream, const KvLayout& layout, int numPages,
                        int numQuerySlots) {
  Pool pool;
  pool.kv = {nullptr,  nullptr,        nullptr,           layout.type,   layout.numLayers,
             numPages, layout.kvHeads, layout.pageTokens, layout.headDim};
  pool.window = {nullptr,           layout.queryType, layout.numLayers, numQuerySlots, layout.windowTokens,
                 layout.queryHeads, layout.headDim};
  const std::size_t slots = pool.kv.slotIndex(layout.numLayers, 0, 0);
  const auto numRows = static_cast<std::size_t>(layout.numLayers) * numQuerySlots * layout.windowTokens;
  const auto allocate = [&](DeviceBuffer& buffer, std::size_t bytes) -> Result<void> {
    auto made = device.allocate(bytes);
    if (!made) return noRoom("page pool of " + std::to_string(numPages) + " pages", made.error());
    buffer = std::move(*made);
    // Zeroed once: memory that was never written holds numbers, and its pages are really there.
    device.fillZero(stream, buffer.data(), bytes);
    return {};
  };
  for (auto [buffer, bytes] : {std::pair{&pool.entries, pool.kv.layerBytes() * layout.numLayers},
                               std::pair{&pool.positions, slots * sizeof(std::int32_t)},
                               std::pair{&pool.scores, slots * sizeof(float)},
                               std::pair{&pool.queries, numRows * pool.window.rowBytes()}}) {
    if (auto done = allocate(*buffer, bytes); !done) return tl::unexpected(done.error());
  }
  pool.kv.entries = pool.entries.as<std::byte>();
  pool.kv.positions = pool.positions.as<std::int32_t>();
  pool.kv.scores = pool.scores.as<float>();
  pool.window.queries = pool.queries.as<std::byte>();
  return pool;
}

Result<void> validate(const PoolOptions& options) {
  if (options.maxQuerySlots < 1 || options.maxBatchTokens < 1 || options.maxSequences < 1) {
    return failure(ErrorCode::InvalidArgument, "query slots, batch tokens and sequences must be at least 1");
  }
  return {};
}

/// Pages of another model, vocabulary, KV type or arithmetic never match. Within one pool that cannot happen;
/// on a disk it can: a reply must not depend on which device has read its beginning.
std::uint64_t prefixSaltOf(const DeviceInfo& device, const ModelBundle& model, const PoolOptions& options) {
  return (model.identity ^ (static_cast<std::uint64_t>(options.kvType) + 1)) * 0x9E3779B97F4A7C15ULL ^
         XXH3_64bits(device.arithmetic.data(), device.arithmetic.size());
}

EngineLimits limitsOf(const PoolOptions& options, const KvLayout& layout, int numPages,
                      const DeviceInfo& device, const ModelBundle& model) {
  EngineLimits limits;
  limits.pageTokens = options.pageTokens;
  limits.numPages = numPages;
  limits.numQuerySlots = options.maxQuerySlots;
  limits.windowTokens = options.windowTokens;
  limits.maxBatchTokens = std::max(options.maxBatchTokens, options.maxSequences);
  limits.maxSequences = options.maxSequences;
  limits.bytesPerPage = static_cast<std::int64_t>(layout.bytesPerPage());
  limits.contextLength = model.config.contextLength;
  limits.vocabularySize = model.config.vocabularySize;
  limits.prefixSalt = prefixSaltOf(device, model, options);
  limits.maxCompressedEntries = options.maxCompressedEntries;
  limits.runsAhead = device.isAsynchronous;
  return limits;
}

}  // namespace

KvLayout layoutFor(const ModelConfig& config, const PoolOptions& options) {
  return {config.numLayers,   config.kvHeads,       config.queryHeads, config.headDim,
          options.pageTokens, options.windowTokens, options.kvType,    DataType::F32};
}

int maxCompressedEntries(const PoolOptions& options, int numPages) {
  const int poolTokens = numPages * options.pageTokens;
  return options.maxCompressedEntries > 0 ? std::min(options.maxCompressedEntries, poolTokens) : poolTokens;
}

Result<RunnerAndLimits> createTransformerRunner(Device& device, const ModelBundle& model,
                                                const PoolOptions& options) {
  if (auto valid = validate(options); !valid) return tl::unexpected(valid.error());
  const ModelConfig& config = model.config;
  const KvLayout layout = layoutFor(config, options);
  auto counted = layout.numPages(options.poolTokens);
  if (!counted) return tl::unexpected(counted.error());
  const int numPages = *counted;
  const EngineLimits limits = limitsOf(options, layout, numPages, device.info(), model);

  auto stream = device.createStream();
  auto transformer =
      Transformer::create(device, config, model.weights, limits.maxBatchTokens, limits.maxSequences);
  if (!transformer) return tl::unexpected(transformer.error());
  auto pool = createPool(device, *stream, layout, numPages, options.maxQuerySlots);
  if (!pool) return tl::unexpected(pool.error());
  auto block = StepBlock::create(device, {limits.maxBatchTokens, limits.maxSequences, numPages});
  if (!block) return tl::unexpected(block.error());
  auto pipeline =
      CompressionPipeline::create(device, pool->kv, pool->window, (*transformer)->rope(),
                                  (*transformer)->attentionScale(), maxCompressedEntries(options, numPages));
  if (!pipeline) return tl::unexpected(pipeline.error());

  auto runner =
      std::make_unique<TransformerRunner>(device, std::move(stream), std::move(*transformer),
                                          std::move(*pool), std::move(*block), std::move(*pipeline));
  RunnerAndLimits made;
  made.limits = limits;
  made.poolBytes = runner->pool().bytes();
  made.workspaceBytes = runner->workspaceBytes();
  made.runner = std::move(runner);
  return made;
}

}  // namespace zipage
